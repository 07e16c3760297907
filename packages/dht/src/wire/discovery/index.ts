export { DHT_SERVICE, decodeDhtService, encodeDhtService } from "./dht-service.ts";
export { decodeDiscovery, encodeDiscoveryQuery, encodePublication } from "./packet.ts";
