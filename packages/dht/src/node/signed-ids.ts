import type { InfoHash } from "../id/index.ts";
import type { Value } from "../value/index.ts";

/** Most signed values remembered; beyond that, the one announced first is forgotten. */
export const MAX_SIGNED_IDS = 16_384;

/**
 * Under which ids signed values of ours went out. Nodes hold them even when we have long forgotten them, and real nodes
 * don't survive it when another value without signature comes under such an id: so it must not leave us.
 */
export class SignedIds {
  readonly #ids = new Set<string>();

  add(key: InfoHash, { id }: Value): void {
    this.#ids.add(`${key} ${id}`);
    const [oldest] = this.#ids;
    if (this.#ids.size > MAX_SIGNED_IDS && oldest !== undefined) this.#ids.delete(oldest);
  }

  has(key: InfoHash, { id }: Value): boolean {
    return this.#ids.size > 0 && this.#ids.has(`${key} ${id}`);
  }
}
