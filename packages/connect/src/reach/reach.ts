import type { Logger, RandomSource, Scheduler, SockAddr } from "@hashmere/dht";
import type { TransportAddress } from "../address/index.ts";
import type { CandidateSource } from "../ice/index.ts";
import { MappedSource, PortMapper, type PortMapping } from "../port-mapping/index.ts";
import { loadUdx, PunchingSocket, RouterMemory, reflexiveAddresses, UdpSource } from "../punching/index.ts";
import { TurnCache, type TurnServer, TurnSource } from "../turn/index.ts";

/** Relays beyond these are not asked: one that works is enough, a second one helps when it does not. */
const MAX_TURN_SERVERS = 4;

/** How peers get through to us, beside the addresses of this machine. */
export interface ReachOptions {
  /** Relays, for peers that cannot be reached in any other way. Default: none. */
  readonly turn?: TurnServer | readonly TurnServer[] | undefined;
  /** Ask the home router for ports (UPnP IGD, NAT-PMP, PCP). Default true. */
  readonly portMapping?: boolean | undefined;
  /** Offer UDP as well, to peers that are ours: holes can be punched for it. Default true. */
  readonly udp?: boolean | undefined;
}

export interface ReachContext {
  readonly log: Logger;
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly includeLoopback: boolean;
  /** Where relays that have worked are remembered. */
  readonly cachePath: string | undefined;
  publicAddresses(): readonly SockAddr[];
}

/** The ways to this machine that outlive one attempt: ports of the router, and relays that have proved to work. */
export class Reach implements AsyncDisposable {
  readonly #options: ReachOptions;
  readonly #context: ReachContext;
  readonly #relays: readonly { readonly server: TurnServer; readonly cache: TurnCache }[];
  readonly #mapper: PortMapper | undefined;
  readonly #router = new RouterMemory();
  readonly #end = new AbortController();

  constructor(options: ReachOptions, context: ReachContext) {
    this.#options = options;
    this.#context = context;
    const servers = [options.turn ?? []].flat().slice(0, MAX_TURN_SERVERS);
    this.#relays = servers.map((server) => {
      const cache = new TurnCache(context.cachePath);
      cache.configure(server);
      return { server, cache };
    });
    this.#probe().catch(() => undefined); // each connection asks again
    this.#mapper = options.portMapping === false ? undefined : new PortMapper(context);
  }

  /** Ports of the router that lead to us now. */
  get mappings(): readonly PortMapping[] {
    return this.#mapper?.mappings ?? [];
  }

  /** Sources of candidates for one attempt. */
  sources(): readonly CandidateSource[] {
    const { publicAddresses, ...context } = this.#context;
    const sources: CandidateSource[] = this.#relays.map(
      ({ server, cache }) => new TurnSource(server, cache.resolve, cache.ready),
    );
    if (this.#mapper) sources.push(new MappedSource(this.#mapper));
    if (this.#options.udp !== false) {
      const publicHosts = () => publicAddresses().map(({ host }) => host);
      const stunServers = (signal: AbortSignal) => this.#stunServers(signal);
      sources.push(new UdpSource({ ...context, publicHosts, stunServers, memory: this.#router }));
    }
    return sources;
  }

  /** This machine is in another network: its router and the way to the relays are looked for anew. */
  connectivityChanged(): void {
    for (const { server, cache } of this.#relays) cache.configure(server);
    this.#router.forget();
    this.#probe().catch(() => undefined);
    this.#mapper?.connectivityChanged().catch(() => undefined); // the search goes on in the background
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    for (const { cache } of this.#relays) cache.close();
    await this.#mapper?.[Symbol.asyncDispose]();
  }

  /** Looks at the router before anybody calls; loads what that takes as well. */
  async #probe(): Promise<void> {
    const udx = this.#options.udp === false ? undefined : await loadUdx();
    const { signal } = this.#end;
    const servers = udx ? (await this.#stunServers(signal)).filter(({ family }) => family === 4) : [];
    if (!udx || servers.length === 0 || signal.aborted) return;
    const socket = PunchingSocket.open(udx, 4);
    this.#router.learn(socket.local.port, await reflexiveAddresses(socket, servers, signal));
    socket.close();
  }

  /** Relays are STUN servers too (RFC 8656 §3). */
  async #stunServers(signal: AbortSignal): Promise<readonly TransportAddress[]> {
    const found = await Promise.all(this.#relays.map(({ server, cache }) => cache.resolve(server, signal)));
    return found.flat();
  }
}
