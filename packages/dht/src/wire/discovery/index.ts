export { DHT_SERVICE, type DhtService, decodeDhtService, encodeDhtService } from "./dht-service.ts";
export { type DiscoveryPacket, decodeDiscovery, encodeDiscoveryQuery, encodePublication } from "./packet.ts";
