export { digest, type Key } from "./key.ts";
export { parsePythonState } from "./python-state.ts";
export {
  type BootstrapPlace,
  DEFAULT_PORT,
  type Neighbour,
  Server,
  type ServerOptions,
  type ServerTransport,
} from "./server.ts";
export { parseState, type ServerState, stringifyState } from "./state.ts";
