// Source: OpenDHT REST proxy, push subscriptions.
import { objectOf, readPushTarget } from "../../json/index.ts";
import type { Exchange } from "../exchange.ts";
import { noEndpoint, noNode, noToken, notImplemented } from "../http-error.ts";
import { streamValues } from "./get.ts";
import type { Route } from "./route.ts";

export const subscribeKey: Route = {
  method: "SUBSCRIBE",
  path: "/key/:hash",
  summary: "Tells a device by push, for a day, when something happens under a key; again, to renew that.",
  takes: "subscription",
  gives: "values",
  handle: subscribe,
};

export const unsubscribeKey: Route = {
  method: "UNSUBSCRIBE",
  path: "/key/:hash",
  summary: "Ends a subscription.",
  takes: "client",
  gives: "nothing",
  handle: unsubscribe,
};

export async function subscribe(exchange: Exchange): Promise<void> {
  const { service, key, account } = exchange;
  const json = objectOf(exchange.json());
  const target = readPushTarget(json);
  if (target.token === "") throw noToken();
  if (!service.pusher.canReach(target)) throw noEndpoint();
  if (!service.node.isRunning()) throw noNode();
  if (service.subscriptions.renew(key, target))
    return json.refresh === true ? answerRenewed(exchange) : streamValues(exchange);
  exchange.mustHaveLeft("subscriptions");
  service.subscriptions.add(key, target, account);
  exchange.answer({});
}

export function unsubscribe(exchange: Exchange): void {
  const target = readPushTarget(objectOf(exchange.json()));
  if (target.token === "") throw notImplemented();
  exchange.service.subscriptions.remove(exchange.key, target);
  exchange.answerText("");
}

/** As the values that others get in its place: in pieces. */
function answerRenewed(exchange: Exchange): void {
  const stream = exchange.openStream({ isShort: true });
  stream.write("{}\n");
  stream.end();
}
