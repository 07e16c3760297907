import type { SockAddr } from "../address/index.ts";
import type { RandomSource } from "../random/index.ts";
import { hashNetwork } from "./address-hash.ts";
import { resolveLimit } from "./resolve-limit.ts";

/** Queries served per second, from everybody together. */
export const DEFAULT_MAX_QUERIES_PER_SEC = 8192; // OpenDHT wire format, rate limits
/** What one network (IPv4 address, IPv6 /64) may take of the total, unless said otherwise: an eighth. */
export const DEFAULT_NETWORK_SHARE = 1 / 8;
/** The window over which queries are counted. */
export const RATE_WINDOW_MS = 1000;
/** Most queries remembered, where the total is unlimited; the oldest are forgotten before their second is over. */
export const MAX_COUNTED_QUERIES = 65_536;

const INITIAL_CAPACITY = 64;

/** As users write them: 0 or nothing for the default, negative for no limit. */
export interface RateLimits {
  /** Default 8192. */
  readonly maxReqPerSec?: number | undefined;
  /** Default an eighth of the total; no limit where the total has none. */
  readonly maxPeerReqPerSec?: number | undefined;
}

/**
 * Bounds the queries accepted in any stretch of one second, per network and in total.
 *
 * A queue holds the times of the accepted queries of the last second, so the window slides exactly, each query costs a
 * constant time, and the memory follows the traffic up to the total limit. Networks are told apart by a salted hash: two
 * that collide share their budget, which nobody can bring about on purpose.
 */
export class RateLimiter {
  readonly maxTotal: number;
  readonly maxPerNetwork: number;
  readonly #salt: number;
  readonly #countByNetwork = new Map<number, number>();
  #times = new Float64Array(INITIAL_CAPACITY);
  #networks = new Int32Array(INITIAL_CAPACITY);
  #head = 0;
  #count = 0;

  constructor(limits: RateLimits, random: RandomSource) {
    this.maxTotal = resolveLimit(limits.maxReqPerSec, DEFAULT_MAX_QUERIES_PER_SEC);
    // OpenDHT with an unlimited total and nothing said about peers gives them 0, and is deaf; here they are unlimited too.
    this.maxPerNetwork = resolveLimit(limits.maxPeerReqPerSec, Math.ceil(this.maxTotal * DEFAULT_NETWORK_SHARE));
    this.#salt = random.uint32();
  }

  /** The user has lifted all limits. */
  get isUnlimited(): boolean {
    return this.maxTotal === Number.POSITIVE_INFINITY && this.maxPerNetwork === Number.POSITIVE_INFINITY;
  }

  /** Number of networks that asked in the last second. */
  get networkCount(): number {
    return this.#countByNetwork.size;
  }

  /** Whether a query may be served; a refused one isn't counted. */
  accept(from: SockAddr, now: number): boolean {
    if (this.isUnlimited) return true;
    while (this.#count > 0 && (this.#times[this.#head] ?? 0) <= now - RATE_WINDOW_MS) this.#forgetOldest();
    const network = hashNetwork(from, this.#salt);
    const inWindow = this.#countByNetwork.get(network) ?? 0;
    if (inWindow >= this.maxPerNetwork || this.#count >= this.maxTotal) return false;
    this.#countByNetwork.set(network, inWindow + 1);
    this.#remember(network, now);
    return true;
  }

  /** Counts further queries of an accepted sender, as far as the limits go: who causes more work is refused sooner. */
  charge(from: SockAddr, queries: number, now: number): void {
    for (let i = 0; i < queries; i++) if (!this.accept(from, now)) return;
  }

  #remember(network: number, now: number): void {
    if (this.#count === this.#times.length) {
      if (this.#count < MAX_COUNTED_QUERIES) this.#grow();
      else this.#forgetOldest();
    }
    const tail = (this.#head + this.#count) % this.#times.length;
    this.#times[tail] = now;
    this.#networks[tail] = network;
    this.#count++;
  }

  #forgetOldest(): void {
    const network = this.#networks[this.#head] ?? 0;
    const left = (this.#countByNetwork.get(network) ?? 0) - 1;
    if (left > 0) this.#countByNetwork.set(network, left);
    else this.#countByNetwork.delete(network);
    this.#head = (this.#head + 1) % this.#times.length;
    this.#count--;
  }

  #grow(): void {
    const times = new Float64Array(this.#times.length * 2);
    const networks = new Int32Array(times.length);
    for (let i = 0; i < this.#count; i++) {
      const from = (this.#head + i) % this.#times.length;
      times[i] = this.#times[from] ?? 0;
      networks[i] = this.#networks[from] ?? 0;
    }
    this.#times = times;
    this.#networks = networks;
    this.#head = 0;
  }
}
