export { MappedSource } from "./mapped-source.ts";
export { MAX_MAPPINGS, PortMapper } from "./port-mapper.ts";
export type { PortMapping } from "./port-mapping.ts";
export { type MappingProtocol, type MappingRequest, PortMappingError, type Router } from "./router.ts";
