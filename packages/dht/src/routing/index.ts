export { BUCKET_SIZE, Bucket } from "./bucket.ts";
export {
  MAX_SOCKETS_PER_PEER,
  NEVER,
  PEER_EXPIRE_MS,
  PEER_GOOD_MS,
  Peer,
  type PeerOwner,
  type PendingRequest,
  type SocketHandler,
} from "./peer.ts";
export { MAX_CLAIMANTS, MAX_IDLE_PEERS, MIN_IDLE_PEERS, PeerCache } from "./peer-cache.ts";
export {
  BOOTSTRAP_SPLIT_DEPTH,
  type Confirmation,
  RoutingTable,
} from "./routing-table.ts";
