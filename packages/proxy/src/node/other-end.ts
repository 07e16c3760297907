import type { Socket } from "node:net";

/** Names a connection among those of one server. */
export function otherEndOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
