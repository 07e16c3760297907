// Source: OpenDHT REST proxy, get and listen.
import { valueLine } from "../../json/index.ts";
import type { Exchange } from "../exchange.ts";
import { noNode } from "../http-error.ts";
import { MAX_HEARTBEAT_S, MIN_HEARTBEAT_S } from "../limits.ts";
import type { Route } from "./route.ts";

export const getValues: Route = {
  method: "GET",
  path: "/key/:hash",
  summary: "The values under a key, one per line as they are found.",
  gives: "values",
  handle: streamValues,
};

export const listen: Route = {
  method: "GET",
  path: "/key/:hash/listen",
  summary:
    "The values under a key, and what becomes of them, for as long as you stay; with `?heartbeat=` and 5 to 300 seconds, an empty line after so long a silence.",
  query: {
    heartbeat: { what: "seconds of silence before an empty line", from: MIN_HEARTBEAT_S, to: MAX_HEARTBEAT_S },
  },
  gives: "events",
  handle: streamEvents,
};

/** The status is sent before anybody is asked: a get that finds nobody to ask ends empty, like one that finds nothing. */
export async function streamValues(exchange: Exchange): Promise<void> {
  const stream = exchange.openStream({ isShort: true });
  const lookup = exchange.service.lookups.join(exchange.parameter("hash"));
  stream.onClose(() => lookup.leave());
  for await (const line of lookup.lines()) {
    if (stream.isClosed) break;
    stream.write(line);
    if (stream.isFull) await stream.drained();
  }
  stream.end();
}

async function streamEvents(exchange: Exchange): Promise<void> {
  const { service } = exchange;
  if (!service.node.isRunning()) throw noNode();
  const giveBack = exchange.take("listens");
  const stream = exchange.openStream({ mayBeat: true });
  const listener = service.node.listen(exchange.key);
  service.keepStream(stream);
  stream.onClose(() => {
    listener.cancel();
    giveBack();
  });
  await listener.forEach(({ value, expired }) => {
    // A node that ends tells the end of all it knew, which says nothing about the network.
    if (service.node.isRunning()) stream.write(valueLine(value, expired));
  });
  stream.end();
}
