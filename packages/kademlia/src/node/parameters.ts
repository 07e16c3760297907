import type { NodeId } from "../id/index.ts";
import type { EventListener } from "./events.ts";
import type { AcceptStore } from "./handlers/index.ts";

/** How a node takes its part, whatever carries its datagrams. All of it may be left out. */
export interface NodeParameters {
  /** Default: random. */
  readonly id?: NodeId | undefined;
  /** Contacts per bucket, nodes per answer, replicas per value. Default 20. */
  readonly k?: number | undefined;
  /** Requests of a lookup in flight. Default 3. */
  readonly alpha?: number | undefined;
  /** Bits that a hop of a lookup gains; more means more contacts. Default 5. */
  readonly bitsPerHop?: number | undefined;
  /** How often to ping the contacts unheard of for longest, so that a NAT keeps the way in open. Default 25 s; Infinity never. */
  readonly keepAliveMs?: number | undefined;
  /** Asks, but answers nobody: for a visit so short that others should not count on this node. Default false. */
  readonly visitor?: boolean | undefined;
  /** May refuse values that others want to store here. Default: all are taken. */
  readonly acceptStore?: AcceptStore | undefined;
  /** For logs and tests. Default: nobody hears of events. */
  readonly onEvent?: EventListener | undefined;
}
