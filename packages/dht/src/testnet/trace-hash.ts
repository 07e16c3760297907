import type { SockAddr } from "../address/index.ts";

const FNV_PRIME = 0x01000193;
const FNV_OFFSET = 0x811c9dc5;

/** One number for a whole run (FNV-1a over time, addresses and bytes of every datagram): equal runs, equal numbers. */
export class TraceHash {
  #hash = FNV_OFFSET | 0;

  get value(): number {
    return this.#hash >>> 0;
  }

  add(time: number, datagram: Uint8Array, from: SockAddr, to: SockAddr): void {
    this.#mix(Math.floor(time * 1000));
    this.#mix(from.a ^ from.b ^ from.port);
    this.#mix(to.a ^ to.b ^ to.port);
    for (const byte of datagram) this.#mix(byte);
  }

  #mix(word: number): void {
    this.#hash = Math.imul(this.#hash ^ word, FNV_PRIME);
  }
}
