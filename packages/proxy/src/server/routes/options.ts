// Source: OpenDHT REST proxy, options.
import type { Exchange } from "../exchange.ts";
import type { Route } from "./route.ts";

const HEADERS = [
  "Access-Control-Allow-Methods",
  "OPTIONS, GET, POST, DELETE, SUBSCRIBE, UNSUBSCRIBE",
  "Access-Control-Allow-Headers",
  "content-type, authorization",
  "Access-Control-Max-Age",
  "86400",
];

/** The options as something to get, which is how the original has them. */
export const keyOptions: Route = {
  method: "GET",
  path: "/key/:hash/options",
  summary: "What browsers are allowed to ask for.",
  gives: "nothing",
  isOpen: true,
  handle: answerOptions,
};

/** A browser's question before it asks what it wants. */
export function answerOptions(exchange: Exchange): void {
  exchange.answerText("", HEADERS);
}
