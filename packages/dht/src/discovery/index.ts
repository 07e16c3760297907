export { DISCOVERY_GROUPS, DISCOVERY_PORT, MulticastSocket } from "./multicast-socket.ts";
export { PeerDiscovery, type PeerDiscoveryOptions } from "./peer-discovery.ts";
