import type { IncomingMessage } from "node:http";
import { describeAsOpenApi } from "../description/open-api.ts";
import { describeAsPage } from "../description/reference-page.ts";
import { respond } from "../respond.ts";
import type { Route } from "./route.ts";

/** What the server can be asked for, told by itself: to programs and to people. */
export function descriptionRoutes(routes: readonly Route[]): readonly Route[] {
  const document = `${JSON.stringify(describeAsOpenApi(routes), null, 2)}\n`;
  return [
    {
      method: "GET",
      path: "/openapi.json",
      summary: "This interface in OpenAPI.",
      gives: "object",
      isOpen: true,
      handle: ({ response }) => respond(response, 200, document),
    },
    {
      method: "GET",
      path: "/docs",
      summary: "This interface for people.",
      gives: "page",
      isOpen: true,
      handle({ service, request, response }) {
        const page = describeAsPage(routes, originOf(request, service.addresses.isSecure(request)));
        respond(response, 200, Buffer.from(page), [], "text/html; charset=utf-8");
      },
    },
  ];
}

/** As the asker has named this server; what can be no host is left out. */
function originOf({ headers }: IncomingMessage, isSecure: boolean): string {
  const { host = "" } = headers;
  return `${isSecure ? "https" : "http"}://${/^[\w.:[\]-]+$/.test(host) ? host : "localhost"}`;
}
