import { type RandomSource, RealScheduler, type Scheduler, SystemRandom } from "@hashmere/dht";
import ipaddr from "ipaddr.js";
import { sameTransportAddress, type TransportAddress, transportAddress } from "../address/index.ts";
import type { Candidate, CandidateSource, GatherContext, IceDescription } from "../ice/index.ts";
import { type InterfaceOptions, interfaceAddresses } from "../sockets/index.ts";
import { HolePuncher } from "./hole-puncher.ts";
import { NAT_EXTENSION, type NatMapping, natMapping, parseNatMapping, planPunching } from "./nat-mapping.ts";
import { PunchingSocket } from "./punching-socket.ts";
import { reflexiveAddresses } from "./reflexive-addresses.ts";
import type { RouterMemory } from "./router-memory.ts";
import { loadUdx, type Udx } from "./udx.ts";

export interface UdpSourceOptions extends InterfaceOptions {
  /** The addresses under which the DHT's nodes know us, without ports. */
  readonly publicHosts: () => readonly string[];
  /** Numeric addresses of STUN servers, those of different hosts first. Default: none. */
  readonly stunServers?: ((signal: AbortSignal) => Promise<readonly TransportAddress[]>) | undefined;
  /** What is known of the router. Default: nothing. */
  readonly memory?: RouterMemory | undefined;
  readonly scheduler?: Scheduler | undefined;
  readonly random?: RandomSource | undefined;
  /** @default the native library */
  readonly udx?: Promise<Udx | undefined> | undefined;
}

/**
 * UDP candidates for peers that are ours too; DHTNet has no use for them. Datagrams get through most pairs of home
 * routers: both sides send to each other's public address at once, and each router takes what comes for an answer.
 *
 * Nodes of the DHT tell our public address, but not the port. Where no STUN server tells it, it is taken to be the local
 * one, which most routers keep; the others are met with many ports at a time.
 */
export class UdpSource implements CandidateSource {
  readonly name = "udp";
  readonly #options: UdpSourceOptions;

  constructor(options: UdpSourceOptions) {
    this.#options = options;
  }

  async gather(context: GatherContext): Promise<void> {
    const udx = await (this.#options.udx ?? loadUdx());
    if (!udx) {
      context.failed(new Error("no UDP streams on this platform: the native part of udx-native is missing"));
      return;
    }
    await Promise.all([this.#gatherFamily(udx, 4, context), this.#gatherFamily(udx, 6, context)]);
  }

  async #gatherFamily(udx: Udx, family: 4 | 6, context: GatherContext): Promise<void> {
    const { signal } = context;
    try {
      const hosts = await interfaceAddresses(family, this.#options);
      if (hosts.length === 0 || signal.aborted) return;
      const socket = PunchingSocket.open(udx, family);
      signal.addEventListener("abort", () => socket.close(), { once: true });
      const { port } = socket.local;
      for (const address of hosts)
        context.add({ transport: "udp", type: "host", address: { address, port, family }, base: socket });
      if (family === 4) await this.#offerOutside(socket, hosts, context);
    } catch (error) {
      if (!signal.aborted) context.failed(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** The router's outside as a candidate, and what it takes to get through it. */
  async #offerOutside(socket: PunchingSocket, hosts: readonly string[], context: GatherContext): Promise<void> {
    const { memory } = this.#options;
    const { port } = socket.local;
    const remembered = memory?.outsideOf(port);
    const asking = this.#ask(socket, context.signal);
    const seen = remembered ? [remembered] : await asking;
    const mapping = natMapping(port, seen);
    const outside = seen[0] ?? this.#guess(port);
    if (!outside) return;
    const isTranslated = !hosts.includes(outside.address);
    const add = (address: TransportAddress, kind: NatMapping) =>
      context.add({
        transport: "udp",
        type: "srflx",
        address,
        base: socket,
        extensions: new Map([[NAT_EXTENSION, kind]]),
      });
    if (isTranslated) add(outside, mapping);
    if (remembered) {
      asking.then(
        ([now]) => now && !sameTransportAddress(now, remembered) && add(now, natMapping(port, [now])),
        () => {},
      );
    }
    const ours = isTranslated ? mapping : "stable";
    context.remote.then((description) => this.#punch(socket, ours, description)).catch(() => undefined); // ours never rejects
  }

  /** Asks the servers, and remembers what they say for the next time. */
  async #ask(socket: PunchingSocket, signal: AbortSignal): Promise<readonly TransportAddress[]> {
    const servers = (await this.#options.stunServers?.(signal)) ?? [];
    const usable = servers.filter(({ family }) => family === 4);
    const seen = await reflexiveAddresses(socket, usable, signal);
    this.#options.memory?.learn(socket.local.port, seen);
    return seen;
  }

  /** Most routers keep the port where they can. */
  #guess(localPort: number): TransportAddress | undefined {
    const hosts = this.#options.publicHosts().map((host) => transportAddress(host, localPort));
    return hosts.find((address) => address?.family === 4);
  }

  #punch(socket: PunchingSocket, ours: NatMapping, { candidates }: IceDescription): void {
    const theirs = candidates.find(isPublicUdp);
    if (!theirs) return;
    const { scheduler = new RealScheduler(), random = new SystemRandom() } = this.#options;
    const mapping = theirs.type === "host" ? "stable" : parseNatMapping(theirs.extensions.get(NAT_EXTENSION));
    const plan = planPunching(ours, mapping);
    new HolePuncher(socket, theirs.address, scheduler, random).start(plan);
  }
}

/** The outside of the peer's router, or the peer itself where there is none. */
function isPublicUdp({ transport, address }: Candidate): boolean {
  return transport === "udp" && address.family === 4 && ipaddr.parse(address.address).range() === "unicast";
}
