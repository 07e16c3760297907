export { formatTransportAddress, sameTransportAddress, type TransportAddress } from "./transport-address.ts";
