import { type Logger, RealScheduler, type Scheduler } from "@hashmere/dht";
import { gateway4async } from "default-gateway";
import ipaddr from "ipaddr.js";
import { formatTransportAddress } from "../address/index.ts";
import { KeptMapping, MAPPING_TIMEOUT_MS } from "./kept-mapping.ts";
import { PortControlRouter } from "./port-control-router.ts";
import type { PortMapping } from "./port-mapping.ts";
import { PortMappingError, type Router } from "./router.ts";
import { UpnpRouter } from "./upnp-router.ts";

/** What DHTNet asks for too, under either protocol; renewed at half of what is granted. */
const LEASE_S = 7200;

/** How long a router may take to be found. */
const DISCOVERY_TIMEOUT_MS = 5_000;

/** Ports that are mapped at a time. */
export const MAX_MAPPINGS = 64;

/** How a router is looked for. */
export type FindRouter = (signal: AbortSignal) => Promise<Router>;

/** By PCP or NAT-PMP at the default gateway, and by UPnP wherever one answers. */
const FINDERS: readonly FindRouter[] = [
  async (signal) => PortControlRouter.open((await gateway4async()).gateway, signal),
  (signal) => UpnpRouter.open(signal),
];

export interface PortMapperOptions {
  readonly log: Logger;
  /** When mappings are renewed. @default the system's clock */
  readonly scheduler?: Scheduler | undefined;
  /** @default PCP and NAT-PMP at the default gateway, and UPnP */
  readonly finders?: readonly FindRouter[] | undefined;
}

/**
 * Asks the home router for ports (UPnP IGD, NAT-PMP, PCP), renews what it grants and gives it back at the end. The search
 * begins at once, in the background; a router whose own outside is not on the Internet is of no use and left alone.
 */
export class PortMapper implements AsyncDisposable {
  readonly #log: Logger;
  readonly #finders: readonly FindRouter[];
  readonly #scheduler: Scheduler;
  readonly #mappings = new Set<KeptMapping>();
  #startedAt: number;
  #end = new AbortController();
  #isClosed = false;
  #router: Promise<Router | undefined>;

  constructor({ log, scheduler = new RealScheduler(), finders = FINDERS }: PortMapperOptions) {
    this.#log = log;
    this.#scheduler = scheduler;
    this.#finders = finders;
    this.#startedAt = scheduler.now();
    this.#router = this.#find();
  }

  /** What is mapped now. */
  get mappings(): readonly PortMapping[] {
    return [...this.#mappings];
  }

  /** The router that was found; undefined when there is none, and when the search has gone on for so long without result. */
  async router(patienceMs = DISCOVERY_TIMEOUT_MS): Promise<Router | undefined> {
    const patience = Promise.withResolvers<undefined>();
    const timer = this.#scheduler.at(this.#startedAt + patienceMs, () => patience.resolve(undefined));
    try {
      return await Promise.race([this.#router, patience.promise]);
    } finally {
      timer.cancel();
    }
  }

  /** The machine is in another network: what was mapped is forgotten, and the router looked for anew. */
  async connectivityChanged(): Promise<void> {
    await this.#release();
    if (this.#isClosed) return;
    this.#end = new AbortController();
    this.#startedAt = this.#scheduler.now();
    this.#router = this.#find();
  }

  /** @throws PortMappingError when there is no router, or it refuses; the signal's reason when that comes first */
  async map(transport: "tcp" | "udp", internalPort: number, signal: AbortSignal): Promise<PortMapping> {
    if (this.#mappings.size >= MAX_MAPPINGS) throw new PortMappingError(`${MAX_MAPPINGS} ports are mapped already`);
    const limit = AbortSignal.any([signal, this.#end.signal]);
    const router = await this.#router;
    limit.throwIfAborted();
    if (!router) throw new PortMappingError("no router maps ports here (UPnP, NAT-PMP and PCP were tried)");
    const request = { transport, internalPort, externalPort: internalPort, lifetimeS: LEASE_S };
    const granted = await router.map(request, within(MAPPING_TIMEOUT_MS, limit));
    const mapping: KeptMapping = new KeptMapping(router, request, granted, {
      log: this.#log,
      scheduler: this.#scheduler,
      onClose: () => this.#mappings.delete(mapping),
    });
    this.#mappings.add(mapping);
    if (limit.aborted) await mapping.close();
    limit.throwIfAborted();
    this.#log.log("debug", `${router.protocol} mapped ${transport} ${formatTransportAddress(granted.external)}`);
    return mapping;
  }

  /** Gives every port back. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await this.#release();
  }

  async #release(): Promise<void> {
    this.#end.abort(new PortMappingError("port mapping has ended"));
    await Promise.all([...this.#mappings].map((mapping) => mapping.close()));
    const router = await this.#router;
    router?.close();
  }

  async #find(): Promise<Router | undefined> {
    const signal = within(DISCOVERY_TIMEOUT_MS, this.#end.signal);
    const searches = this.#finders.map((find) => this.#usable(find, signal));
    const first = await Promise.any(searches).catch(() => undefined);
    for (const search of searches) search.then((other) => other !== first && other.close()).catch(() => undefined);
    if (!first) this.#log.log("debug", "no router here maps ports");
    return first;
  }

  /** A router that answers, and whose outside others can reach. */
  async #usable(find: FindRouter, signal: AbortSignal): Promise<Router> {
    const router = await find(signal);
    try {
      const address = await router.externalAddress(signal);
      if (isPublic(address)) return router;
      throw new PortMappingError(`the router's own address ${address} is behind another NAT`);
    } catch (error) {
      router.close();
      if (error instanceof PortMappingError) this.#log.log("debug", error.message);
      throw error;
    }
  }
}

function within(ms: number, signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(ms)]);
}

/** Not private, not a carrier's own range (RFC 6598), not reserved. */
function isPublic(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.parse(address).range() === "unicast";
}
