// Source: OpenDHT REST proxy, routes of older versions, which the clients of today still use in part.
import { streamValues } from "./get.ts";
import { put } from "./put.ts";
import type { Route } from "./route.ts";
import { subscribe, unsubscribe } from "./subscribe.ts";

const PATH = "/:hash";

export const legacyRoutes: readonly Route[] = [
  { method: "GET", path: PATH, summary: "As GET /key/:hash.", gives: "values", handle: streamValues },
  { method: "POST", path: PATH, summary: "As POST /key/:hash.", takes: "put", gives: "value", handle: put },
  {
    method: "SUBSCRIBE",
    path: PATH,
    summary: "As SUBSCRIBE /key/:hash.",
    takes: "subscription",
    gives: "values",
    handle: subscribe,
  },
  {
    method: "UNSUBSCRIBE",
    path: PATH,
    summary: "As UNSUBSCRIBE /key/:hash.",
    takes: "client",
    gives: "nothing",
    handle: unsubscribe,
  },
];
