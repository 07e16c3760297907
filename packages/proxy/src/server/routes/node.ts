import { objectOf, readPushTarget } from "../../json/index.ts";
import type { Exchange } from "../exchange.ts";
import { noEndpoint, noToken, tooMany } from "../http-error.ts";
import type { Route } from "./route.ts";

/** What the node knows of itself and its network. */
export const nodeInfo: Route = {
  method: "GET",
  path: "/node/info",
  summary: "The node behind the proxy, and the address from which you ask.",
  gives: "node",
  handle: answerInfo,
};

/** The form of older versions, which all clients use. */
export const rootInfo: Route = { ...nodeInfo, path: "/", summary: "As /node/info." };

export const nodeStats: Route = {
  method: "GET",
  path: "/node/stats",
  summary: "What the proxy is used for.",
  gives: "statistics",
  handle: (exchange) => exchange.answer(exchange.service.statistics.toJson()),
};

export const pingPush: Route = {
  method: "POST",
  path: "/node/pingPush",
  summary: "Sends a push that says pong.",
  takes: "subscription",
  gives: "object",
  handle(exchange) {
    if (!exchange.account.takePut()) throw tooMany("pings");
    const target = readPushTarget(objectOf(exchange.json()));
    if (target.token === "") throw noToken();
    if (!exchange.service.pusher.canReach(target)) throw noEndpoint();
    exchange.service.pusher.push({ kind: "pong" }, target);
    exchange.answer({});
  },
};

export function answerInfo(exchange: Exchange): void {
  const { service, request } = exchange;
  exchange.answerText(service.facts.line(service.addresses.of(request)));
}
