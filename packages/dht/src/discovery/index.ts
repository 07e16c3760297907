export { DiscoveryGroup, type DiscoveryGroupOptions } from "./discovery-group.ts";
export { DISCOVERY_GROUPS, DISCOVERY_PORT, MulticastSocket } from "./multicast-socket.ts";
