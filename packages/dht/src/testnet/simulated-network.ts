import type { Family, SockAddr } from "../address/index.ts";
import { type RandomSource, uniform } from "../random/index.ts";
import type { Scheduler } from "../scheduler/index.ts";
import { AddressPlan } from "./address-plan.ts";
import type { LatencyModel } from "./latency.ts";

/** Largest UDP payload over IPv4 (65,535 − 20 − 8); a larger datagram does not leave its sender. */
export const MAX_DATAGRAM_BYTES = 65_507;

/** A datagram held back so that others overtake it waits at most this long in addition. */
const MAX_REORDER_DELAY_MS = 50;

/** What happens to datagrams; may be changed at any time. */
export interface NetworkConditions {
  /** Chance (0 … 1) that a datagram is lost. */
  loss: number;
  /** Chance that a datagram arrives twice. */
  duplication: number;
  /** Chance that a datagram is held back, so that later ones overtake it. */
  reordering: number;
}

/** Datagrams by their fate, since the network began. */
export interface NetworkStats {
  sent: number;
  sentBytes: number;
  delivered: number;
  lost: number;
  duplicated: number;
  /** Sent to an address where nobody lives or across a partition. */
  unreachable: number;
  /** Larger than a datagram can be. */
  tooLarge: number;
}

/** What became of a datagram when it was sent. */
export type Fate = "travels" | "lost" | "unreachable" | "tooLarge";

/** Sees every datagram at the moment of sending. It must not keep or change the bytes. */
export type NetworkObserver = (datagram: Uint8Array, from: SockAddr, to: SockAddr, fate: Fate) => void;

/** Takes what arrives at an endpoint. */
export type Receiver = (datagram: Uint8Array, from: SockAddr) => void;

/** A place on the network with an address in one or both families. */
export class Endpoint {
  readonly index: number;
  readonly address4: SockAddr | undefined;
  readonly address6: SockAddr | undefined;
  /** Endpoints of different groups do not hear each other. */
  group = 0;
  /** Undefined while nobody listens here: datagrams vanish. */
  receiver: Receiver | undefined;
  readonly #network: SimulatedNetwork;

  constructor(
    network: SimulatedNetwork,
    index: number,
    address4: SockAddr | undefined,
    address6: SockAddr | undefined,
  ) {
    this.#network = network;
    this.index = index;
    this.address4 = address4;
    this.address6 = address6;
  }

  addressOf(family: Family): SockAddr | undefined {
    return family === 4 ? this.address4 : this.address6;
  }

  send(datagram: Uint8Array, to: SockAddr): void {
    this.#network.send(this, datagram, to);
  }
}

/** UDP without a kernel: datagrams between endpoints take their time, get lost, arrive twice or in another order. */
export class SimulatedNetwork {
  readonly conditions: NetworkConditions;
  readonly stats: NetworkStats = {
    sent: 0,
    sentBytes: 0,
    delivered: 0,
    lost: 0,
    duplicated: 0,
    unreachable: 0,
    tooLarge: 0,
  };
  observer: NetworkObserver | undefined;
  readonly #endpoints: Endpoint[] = [];
  readonly #plan: AddressPlan;
  readonly #latency: LatencyModel;
  readonly #random: RandomSource;
  readonly #scheduler: Scheduler;

  constructor(init: {
    readonly scheduler: Scheduler;
    readonly random: RandomSource;
    readonly latency: LatencyModel;
    readonly conditions: NetworkConditions;
    readonly endpointsPerHost: number;
  }) {
    this.#scheduler = init.scheduler;
    this.#random = init.random;
    this.#latency = init.latency;
    this.#plan = new AddressPlan(init.endpointsPerHost);
    this.conditions = init.conditions;
  }

  /** A new endpoint with the next free address of each family. */
  attach(families: readonly Family[]): Endpoint {
    const index = this.#endpoints.length;
    const address = (family: Family) => (families.includes(family) ? this.#plan.address(family, index) : undefined);
    const endpoint = new Endpoint(this, index, address(4), address(6));
    this.#endpoints.push(endpoint);
    return endpoint;
  }

  /** The endpoint that owns an address. */
  find(address: SockAddr): Endpoint | undefined {
    const endpoint = this.#endpoints[this.#plan.indexOf(address)];
    return endpoint?.addressOf(address.family) === undefined ? undefined : endpoint;
  }

  send(from: Endpoint, datagram: Uint8Array, to: SockAddr): void {
    const source = from.addressOf(to.family);
    if (source === undefined) return;
    const target = this.find(to);
    const fate = this.#fate(from, datagram, target);
    this.stats.sent++;
    this.stats.sentBytes += datagram.length;
    this.observer?.(datagram, source, to, fate);
    if (fate !== "travels" || target === undefined) {
      if (fate !== "travels") this.stats[fate]++;
      return;
    }
    this.#deliverLater(datagram, source, from, target);
    if (this.#happens(this.conditions.duplication)) {
      this.stats.duplicated++;
      this.#deliverLater(datagram, source, from, target);
    }
  }

  #fate(from: Endpoint, datagram: Uint8Array, target: Endpoint | undefined): Fate {
    if (datagram.length > MAX_DATAGRAM_BYTES) return "tooLarge";
    if (target === undefined || target.group !== from.group) return "unreachable";
    return this.#happens(this.conditions.loss) ? "lost" : "travels";
  }

  #deliverLater(datagram: Uint8Array, source: SockAddr, from: Endpoint, target: Endpoint): void {
    let delay = this.#latency(from.index, target.index);
    if (this.#happens(this.conditions.reordering)) delay += uniform(this.#random, 0, MAX_REORDER_DELAY_MS);
    this.#scheduler.at(this.#scheduler.now() + delay, () => {
      if (target.receiver === undefined) {
        this.stats.unreachable++;
        return;
      }
      this.stats.delivered++;
      target.receiver(datagram, source);
    });
  }

  /** Draws only when there is a chance at all, so that a perfect network needs no randomness. */
  #happens(chance: number): boolean {
    return chance > 0 && uniform(this.#random, 0, 1) < chance;
  }
}
