export { MAX_PERMISSIONS, MAX_RELAYED_CONNECTIONS, TurnAllocation } from "./turn-allocation.ts";
export { TurnCache } from "./turn-cache.ts";
export { parseTurnHost, type TurnAddress, type TurnServer } from "./turn-server.ts";
export { TurnSource } from "./turn-source.ts";
