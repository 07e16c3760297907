export { type BootstrapPlace, DEFAULT_PORT } from "./bootstrap-place.ts";
export { digest, type Key } from "./key.ts";
export type { ServerOptions, ServerTransport } from "./options.ts";
export { parsePythonState } from "./python-state.ts";
export { type Neighbour, Server } from "./server.ts";
export { parseState, type ServerState, stringifyState } from "./state.ts";
