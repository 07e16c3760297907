import type { Scheduler } from "@hashmere/dht/engine";
import { RecentBytes } from "./recent-bytes.ts";
import { noShares, type Share } from "./shares.ts";

/** What one client has. */
export class ClientAccount {
  readonly name: string;
  /** How many of each. */
  readonly shares: Record<Share, number> = noShares();
  /** Of values put permanently. */
  permanentBytes = 0;
  readonly recentBytes: RecentBytes;
  readonly #scheduler: Scheduler;
  readonly #putsPerSecond: number;
  /** Puts and pings that it may make now. */
  #allowance: number;
  #countedAt: number;

  constructor(name: string, scheduler: Scheduler, putsPerSecond: number) {
    this.name = name;
    this.recentBytes = new RecentBytes(scheduler);
    this.#scheduler = scheduler;
    this.#putsPerSecond = putsPerSecond;
    this.#allowance = this.#largestAllowance;
    this.#countedAt = scheduler.now();
  }

  get bytes(): number {
    return this.permanentBytes + this.recentBytes.sum;
  }

  /** Takes one of its puts and pings for this second; false when it has none left. */
  takePut(): boolean {
    this.#earn();
    if (this.#allowance < 1) return false;
    this.#allowance--;
    return true;
  }

  /** There is nothing in it, and the client would not be better off with a new one. */
  get isEmpty(): boolean {
    for (const share in this.shares) if (this.shares[share as Share] > 0) return false; // it has no other members
    if (this.bytes > 0) return false;
    this.#earn();
    return this.#allowance === this.#largestAllowance;
  }

  get #largestAllowance(): number {
    return 2 * this.#putsPerSecond;
  }

  #earn(): void {
    const now = this.#scheduler.now();
    if (this.#allowance < this.#largestAllowance) {
      const earned = ((now - this.#countedAt) / 1000) * this.#putsPerSecond;
      this.#allowance = Math.min(this.#largestAllowance, this.#allowance + earned);
    }
    this.#countedAt = now;
  }
}
