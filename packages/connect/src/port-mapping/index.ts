export { MAPPING_TIMEOUT_MS } from "./kept-mapping.ts";
export { MappedSource, ROUTER_PATIENCE_MS } from "./mapped-source.ts";
export {
  DISCOVERY_TIMEOUT_MS,
  type FindRouter,
  LEASE_S,
  MAX_MAPPINGS,
  PortMapper,
  type PortMapperOptions,
} from "./port-mapper.ts";
export type { PortMapping } from "./port-mapping.ts";
export {
  type GrantedMapping,
  type MappingProtocol,
  type MappingRequest,
  PortMappingError,
  type Router,
} from "./router.ts";
