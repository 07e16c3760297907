import { type Address, AddressBook } from "../address/index.ts";
import { type RandomSource, uniform } from "../random/index.ts";
import type { Scheduler } from "../scheduler/index.ts";

/** How the simulated network treats datagrams. May be changed while it runs. */
export interface NetworkConditions {
  /** Share of datagrams that are lost, 0 … 1. */
  loss: number;
  /** One way, ms; each datagram takes a random time in this range. */
  latencyMs: readonly [least: number, most: number];
}

type Receiver = (datagram: Uint8Array, from: Address) => void;

/** Carries datagrams between simulated nodes: late, and not always. */
export class SimulatedNetwork {
  readonly book = new AddressBook();
  /** In force for the next datagram. */
  readonly conditions: NetworkConditions;
  /** Sees each datagram before its fate is decided; false loses it. */
  filter: (datagram: Uint8Array, from: Address, to: Address) => boolean = () => true;
  sent = 0;
  readonly #scheduler: Scheduler;
  readonly #random: RandomSource;
  readonly #receivers = new Map<string, Receiver>();

  constructor(scheduler: Scheduler, random: RandomSource, conditions: NetworkConditions) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.conditions = conditions;
  }

  attach(address: Address, receiver: Receiver): void {
    this.#receivers.set(address.text, receiver);
  }

  detach(address: Address): void {
    this.#receivers.delete(address.text);
  }

  send(datagram: Uint8Array, from: Address, to: Address): void {
    this.sent++;
    if (!this.filter(datagram, from, to)) return;
    if (uniform(this.#random, 0, 1) < this.conditions.loss) return;
    const [least, most] = this.conditions.latencyMs;
    const arrival = this.#scheduler.now() + uniform(this.#random, least, most);
    this.#scheduler.at(arrival, () => this.#receivers.get(to.text)?.(datagram, from));
  }
}
