import { objectOf } from "../../json/index.ts";
import type { DashboardFeed, PageFile } from "../dashboard/index.ts";
import type { Exchange } from "../exchange.ts";
import { noNode, noSuchFile } from "../http-error.ts";
import { keyInPath } from "../key-in-path.ts";
import { redirect, respond } from "../respond.ts";
import { answerInfo } from "./node.ts";
import type { Route } from "./route.ts";

/** Where the page lives. */
const FOLDER = "/dashboard/";
/** The way there from `/` and from `/dashboard`, also where another web server has put a folder before them. */
const TO_FOLDER = "dashboard/";
const MISSING_PAGE =
  "<!doctype html><title>Hashmere</title><p>The page is not built. In the project's folder: <code>npm run build</code>.";
/** The page is whole in itself: nothing from elsewhere, and no part of anything else. */
const WHOLE = [
  "Content-Security-Policy",
  "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "X-Content-Type-Options",
  "nosniff",
];
const LASTING = [...WHOLE, "Cache-Control", "public, max-age=31536000, immutable"];
const FRESH = [...WHOLE, "Cache-Control", "no-cache"];

/** A page that shows the node alive, and what it needs. @param files by their path below the page's folder */
export function dashboardRoutes(feed: DashboardFeed, files: ReadonlyMap<string, PageFile>): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/",
      summary: "For browsers, the page; for clients, as /node/info.",
      gives: "node",
      isOpen: "to browsers",
      handle: (exchange) =>
        exchange.accepts("text/html") ? redirect(exchange.response, TO_FOLDER) : answerInfo(exchange),
    },
    {
      method: "GET",
      path: "/dashboard",
      summary: "The page.",
      gives: "page",
      isOpen: true,
      // The page names its parts relative to its folder.
      handle: (exchange) =>
        exchange.request.url?.split("?")[0] === FOLDER
          ? answerFile(exchange, files)
          : redirect(exchange.response, TO_FOLDER),
    },
    {
      method: "GET",
      path: "/dashboard/*",
      summary: "What the page is made of.",
      gives: "page",
      isOpen: true,
      handle: (exchange) => answerFile(exchange, files),
    },
    {
      method: "GET",
      path: "/dashboard/events",
      summary: "What happens at the node, as server-sent events.",
      gives: "events",
      handle(exchange) {
        const giveBack = exchange.take("watchers");
        const stream = exchange.openStream({ format: "events" });
        stream.onClose(giveBack);
        exchange.service.keepStream(stream);
        feed.watch(stream);
      },
    },
    {
      method: "POST",
      path: "/dashboard/lookup",
      summary: "Begins a lookup whose steps come as events.",
      takes: "lookup",
      gives: "object",
      handle(exchange) {
        const { key } = objectOf(exchange.json());
        if (!exchange.service.node.isRunning()) throw noNode();
        const lookup = feed.lookUp(keyInPath(String(key ?? "")), exchange.take("lookups"));
        exchange.answer({ lookup: lookup.name, key: lookup.key.toString() });
      },
    },
  ];
}

function answerFile(exchange: Exchange, files: ReadonlyMap<string, PageFile>): void {
  const { response } = exchange;
  const path = exchange.parameter("*") || "index.html";
  const file = files.get(path);
  if (file) respond(response, 200, file.body, file.isLasting ? LASTING : FRESH, file.contentType);
  else if (files.size === 0) respond(response, 404, MISSING_PAGE, FRESH, "text/html; charset=utf-8");
  else throw noSuchFile();
}
