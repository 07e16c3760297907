export { SCATTER_SOCKETS, SEARCH_PORTS } from "./hole-puncher.ts";
export { NAT_EXTENSION, natMapping, planPunching } from "./nat-mapping.ts";
export { PunchingSocket } from "./punching-socket.ts";
export { reflexiveAddresses } from "./reflexive-addresses.ts";
export { RouterMemory } from "./router-memory.ts";
export { UdpSource } from "./udp-source.ts";
export { loadUdx, type Udx, type UdxSocket, type UdxStream } from "./udx.ts";
