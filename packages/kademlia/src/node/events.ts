import type { NodeId } from "../id/index.ts";
import type { NodeEntry } from "../wire/index.ts";

/** What happens to a node, for logs and tests. */
export type NodeEvent =
  /** A node has proved itself and is in the routing table. */
  | { readonly type: "contact"; readonly node: NodeEntry }
  /** The first contact was found: the node is part of a network. */
  | { readonly type: "joined" }
  /** None of the bootstrap addresses answered; the next attempt follows in `retryInMs`. */
  | { readonly type: "bootstrap-failed"; readonly addresses: readonly string[]; readonly retryInMs: number }
  /** Most holders have another value than the one that this node published: it stops republishing its own. */
  | { readonly type: "superseded"; readonly key: NodeId }
  /** A storage, a hook or a background task threw. The node goes on. */
  | { readonly type: "error"; readonly error: unknown };

/** Hears of each event as it happens, in the middle of the work: it must not throw. */
export type EventListener = (event: NodeEvent) => void;
