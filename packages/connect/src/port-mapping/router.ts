import type { TransportAddress } from "../address/index.ts";

/** How a home router is asked for ports: NAT-PMP (RFC 6886), PCP (RFC 6887), UPnP IGD. */
export type MappingProtocol = "nat-pmp" | "pcp" | "upnp";

/** A port of ours that is to be reachable from outside. */
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
