import type { TransportAddress } from "../address/index.ts";

export type MappingProtocol = "nat-pmp" | "pcp" | "upnp";

export interface MappingRequest {
  readonly transport: "tcp" | "udp";
  readonly internalPort: number;
  /** What we would like; the router may choose another. */
  readonly externalPort: number;
  readonly lifetimeS: number;
}

/** What a router has granted. */
export interface GrantedMapping {
  /** Where others reach us. */
  readonly external: TransportAddress;
  readonly lifetimeS: number;
}

/** A router that maps ports when it is asked to, by one of the three protocols. */
export interface Router {
  readonly protocol: MappingProtocol;
  /** Its address on the outside. @throws when it does not tell */
  externalAddress(signal: AbortSignal): Promise<string>;
  /** A mapping, or its renewal. @throws when it is refused or not answered */
  map(request: MappingRequest, signal: AbortSignal): Promise<GrantedMapping>;
  unmap(request: MappingRequest, signal: AbortSignal): Promise<void>;
  close(): void;
}

/** A router that refuses, or does not answer. */
export class PortMappingError extends Error {
  override readonly name = "PortMappingError";
}
