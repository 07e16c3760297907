export { ID_BITS, ID_BYTES, NodeId } from "./node-id.ts";
