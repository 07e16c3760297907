import type { Address } from "../../address/index.ts";
import type { NodeId } from "../../id/index.ts";
import type { RoutingTable } from "../../routing/index.ts";
import type { Value } from "../../value/index.ts";
import type { Holdings } from "../holdings.ts";

/** Somebody wants us to hold a value. */
export interface StoreOffer {
  readonly key: NodeId;
  readonly value: Value;
  readonly from: Address;
}

/** False refuses a store: the place to check signatures, sizes or senders (Kademlia paper §2.3 leaves this to applications). */
export type AcceptStore = (offer: StoreOffer) => boolean;

/** What answering a request needs. */
export interface RequestContext {
  readonly ownId: NodeId;
  readonly table: RoutingTable;
  readonly holdings: Holdings;
  readonly acceptStore: AcceptStore | undefined;
  /** Monotonic ms. */
  now(): number;
}
