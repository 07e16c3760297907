import type { SockAddr } from "@hashmere/dht/engine";
import type { Fate, Testnet } from "@hashmere/dht/testnet";
import { decodeMessage } from "@hashmere/dht/wire";
import { countKinds, type KindCounts, TRAFFIC_KINDS, type TrafficKind } from "../traffic/kinds.ts";

/** So many datagrams of one picture are drawn; the eye follows no more. */
export const FLOWS_PER_FRAME = 12;
const NUMBERS_PER_FLOW = 3;

/** Counts what a simulated network carries, and keeps a few datagrams to show. */
export class SeenTraffic {
  readonly #network: Testnet["network"];
  #tally: Record<string, number> = {};
  #flows: number[] = [];

  constructor(network: Testnet["network"]) {
    this.#network = network;
    network.observer = (datagram, from, to, fate) => this.#see(datagram, from, to, fate);
  }

  /** Messages per second of each kind since the last call. */
  takeRates(elapsedMs: number): KindCounts {
    const counts = countKinds(this.#tally);
    this.#tally = {};
    const rate = (kind: TrafficKind) => [kind, (counts[kind] * 1000) / Math.max(1, elapsedMs)];
    // Object.fromEntries can't know that every kind is there.
    return Object.fromEntries(TRAFFIC_KINDS.map(rate)) as KindCounts;
  }

  /** The first few datagrams since the last call: from, to, and 1 where it is lost. */
  takeFlows(): Uint16Array<ArrayBuffer> {
    const flows = Uint16Array.from(this.#flows);
    this.#flows = [];
    return flows;
  }

  #see(datagram: Uint8Array, from: SockAddr, to: SockAddr, fate: Fate): void {
    const { kind } = decodeMessage(datagram);
    this.#tally[kind] = (this.#tally[kind] ?? 0) + 1;
    if (this.#flows.length >= FLOWS_PER_FRAME * NUMBERS_PER_FLOW) return;
    const source = this.#network.find(from);
    const target = this.#network.find(to);
    if (source !== undefined && target !== undefined)
      this.#flows.push(source.index, target.index, fate === "travels" ? 0 : 1);
  }
}
