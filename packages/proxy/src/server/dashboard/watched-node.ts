import type { DhtRunner } from "@hashmere/dht";

/** What the page shows of a node. */
export type WatchedNode = Pick<
  DhtRunner,
  | "get"
  | "getHeldKeys"
  | "getPeers"
  | "getTraffic"
  | "isRunning"
  | "nodeId"
  | "observe"
  | "observeLookups"
  | "status"
  | "status4"
  | "status6"
>;
