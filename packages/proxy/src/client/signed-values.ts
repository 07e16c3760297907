import type { InfoHash, Value } from "@hashmere/dht/engine";
import { MAX_REMEMBERED_SIGNED } from "./limits.ts";

/** The signed values that were put here, the newest versions of the latest of them. */
export class SignedValues {
  readonly #values = new Map<string, Value>();

  remember(key: InfoHash, value: Value): void {
    const name = `${key} ${value.id}`;
    this.#values.delete(name);
    this.#values.set(name, value);
    if (this.#values.size <= MAX_REMEMBERED_SIGNED) return;
    const [oldest] = this.#values.keys();
    if (oldest !== undefined) this.#values.delete(oldest);
  }

  find(key: InfoHash, id: bigint): Value | undefined {
    return this.#values.get(`${key} ${id}`);
  }
}
