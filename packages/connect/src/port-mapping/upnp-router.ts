import { networkInterfaces } from "node:os";
import { raceAbort } from "@hashmere/dht";
import NatApi from "@silentbot1/nat-api";
import { transportAddress } from "../address/index.ts";
import { type GrantedMapping, type MappingRequest, PortMappingError, type Router } from "./router.ts";

/** What the router's page shows beside the mapping. */
const DESCRIPTION_PREFIX = "HASHMERE";

/**
 * A router that is an Internet Gateway Device (UPnP): found by multicast, spoken to in SOAP. The library that does so takes
 * no signal: what it goes on doing after an abort is dropped.
 */
export class UpnpRouter implements Router {
  readonly protocol = "upnp";
  // Renewal is ours, so that there is one way to keep a mapping, whatever the protocol.
  readonly #client = new NatApi({
    enablePMP: false,
    enableUPNP: true,
    autoUpdate: false,
    upnpPermanentFallback: false,
  });
  #isClosed = false;

  static async open(signal: AbortSignal): Promise<UpnpRouter> {
    // Without a network the library would wait for a socket, and keep the process running meanwhile.
    if (!hasNetwork()) throw new PortMappingError("this machine has no network");
    const router = new UpnpRouter();
    try {
      await router.externalAddress(signal);
      return router;
    } catch (error) {
      router.close();
      throw error;
    }
  }

  async externalAddress(signal: AbortSignal): Promise<string> {
    const address = await raceAbort(this.#client.externalIp(), signal);
    if (!address) throw new PortMappingError("no UPnP router answers");
    return address;
  }

  async map(request: MappingRequest, signal: AbortSignal): Promise<GrantedMapping> {
    const isMapped = await raceAbort(this.#client.map(toUpnp(request)), signal);
    if (!isMapped) throw new PortMappingError(`the router refused to map port ${request.externalPort}`);
    const external = transportAddress(await this.externalAddress(signal), request.externalPort);
    if (!external) throw new PortMappingError("the router names no external address");
    return { external, lifetimeS: request.lifetimeS };
  }

  async unmap(request: MappingRequest, signal: AbortSignal): Promise<void> {
    await raceAbort(this.#client.unmap(toUpnp(request)), signal);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // Not before its sockets are bound, which the library would go on waiting for.
    setImmediate(() => void this.#client.destroy().catch(() => undefined)); // nothing is left to be done about it
  }
}

function hasNetwork(): boolean {
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ internal }) => !internal));
}

function toUpnp({ transport, internalPort, externalPort, lifetimeS }: MappingRequest) {
  return {
    protocol: transport === "tcp" ? "TCP" : "UDP",
    privatePort: internalPort,
    publicPort: externalPort,
    ttl: lifetimeS,
    description: `${DESCRIPTION_PREFIX}-${transport.toUpperCase()}:${externalPort}`,
  } as const;
}
