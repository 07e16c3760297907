import type { TransportAddress } from "../address/index.ts";
import type { MappingProtocol } from "./router.ts";

/** A port of the router that leads to one of ours, kept until it is closed. */
export interface PortMapping {
  readonly protocol: MappingProtocol;
  readonly transport: "tcp" | "udp";
  readonly internalPort: number;
  /** Where others reach us. */
  readonly external: TransportAddress;
  /** When the router forgets it unless it is renewed, Unix ms. */
  readonly expiresAt: number;
  /** Gives the port back. Never rejects. */
  close(): Promise<void>;
}
