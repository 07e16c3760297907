import type { Address } from "../address/index.ts";

/** Nodes whose make is remembered; the one learned first is forgotten, and takes plain stores until it answers again. */
export const MAX_KIN = 16_384;

/**
 * Where nodes of this package are, who understand more than the network's five methods. Learned from their answers only,
 * which nobody can forge, and anew from each: another program may have taken the address over.
 */
export class Kin {
  readonly #addresses = new Set<string>();

  answered({ text }: Address, isKin: boolean): void {
    if (!isKin) {
      this.#addresses.delete(text);
      return;
    }
    this.#addresses.add(text);
    if (this.#addresses.size <= MAX_KIN) return;
    for (const oldest of this.#addresses) {
      this.#addresses.delete(oldest);
      break;
    }
  }

  has({ text }: Address): boolean {
    return this.#addresses.has(text);
  }
}
