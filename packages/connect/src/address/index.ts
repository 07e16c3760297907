export { addressFromBytes, addressToBytes } from "./address-bytes.ts";
export { type AddressScope, scopeOf } from "./address-scope.ts";
export {
  formatTransportAddress,
  sameTransportAddress,
  type TransportAddress,
  transportAddress,
} from "./transport-address.ts";
