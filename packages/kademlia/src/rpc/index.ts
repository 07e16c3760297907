export { type Call, type Caller, Rpc, type RpcStats } from "./rpc.ts";
export type { Transport } from "./transport.ts";
