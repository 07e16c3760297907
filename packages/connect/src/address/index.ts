export { addressFromBytes, addressToBytes } from "./address-bytes.ts";
export {
  formatTransportAddress,
  sameTransportAddress,
  type TransportAddress,
  transportAddress,
} from "./transport-address.ts";
