export { MAX_PERMISSIONS, MAX_RELAYED_CONNECTIONS, TurnAllocation } from "./turn-allocation.ts";
export { TurnCache } from "./turn-cache.ts";
export { TURN_ANSWER_TIMEOUT_MS } from "./turn-connection.ts";
export { TurnError } from "./turn-error.ts";
export { DEFAULT_TURN_PORT, parseTurnHost, type TurnAddress, type TurnServer } from "./turn-server.ts";
export { type ResolveTurn, TurnSource } from "./turn-source.ts";
