import type { SockAddr } from "../address/index.ts";
import type { DhtProtocolError } from "../errors/index.ts";
import type { Confirmation, Peer } from "../routing/index.ts";
import type { QueryMessage } from "../wire/index.ts";

/** What the node hears from its rpc. */
export interface RpcEvents {
  /** Sign of a peer that may go into tables and searches; never called for clients. Comes before `onQuery` and `onReply`. */
  onPeer(peer: Peer, confirmation: Confirmation): void;
  /** A query to be answered: checked, within the limits, its values whole. An update has gone to its socket already. */
  onQuery(query: QueryMessage, peer: Peer, from: SockAddr): void;
  /** A peer says as what host it sees us (port 0). */
  onReportedAddress(address: SockAddr): void;
  /** A put, listen or refresh of ours was refused for its token; the request's own handler has been called. */
  onTokenRejected(peer: Peer): void;
  /** A peer refused a request of ours for good, gave up its chance of a valid token, or is ignored from now on. */
  onProtocolError(error: DhtProtocolError): void;
  /** Taken for dead; its requests have expired and its sockets are closed. */
  onPeerExpired(peer: Peer): void;
}
