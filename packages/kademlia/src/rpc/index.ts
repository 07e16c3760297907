export { type Call, type Caller, type Calls, Rpc, type RpcStats } from "./rpc.ts";
export type { Transport } from "./transport.ts";
