export { HolePuncher, PUNCHING_DELAY_MS, SCATTER_SOCKETS, SEARCH_PORTS } from "./hole-puncher.ts";
export {
  NAT_EXTENSION,
  type NatMapping,
  natMapping,
  type PunchingPlan,
  parseNatMapping,
  planPunching,
} from "./nat-mapping.ts";
export { PunchingSocket } from "./punching-socket.ts";
export { MAX_STUN_SERVERS } from "./reflexive-addresses.ts";
export { UdpSource, type UdpSourceOptions } from "./udp-source.ts";
export { loadUdx, type Udx, type UdxSocket, type UdxStream } from "./udx.ts";
