import type { DhtRunner } from "@hashmere/dht";

/** What the server asks of the node that it opens to others. */
export type ProxyNode = Pick<
  DhtRunner,
  | "get"
  | "listen"
  | "put"
  | "putSigned"
  | "putEncrypted"
  | "findPublicKey"
  | "isRunning"
  | "status"
  | "status4"
  | "status6"
  | "id"
  | "getNodeInfo"
  | "addEventListener"
  | "removeEventListener"
>;
