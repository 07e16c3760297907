import { type InfoHash, InfoHashMap } from "../id/index.ts";
import { StoredKey } from "./stored-key.ts";

/** The records of all keys under which there is a value or a listener. */
export class KeyTable {
  readonly #maxKeys: number;
  readonly #keys: InfoHashMap<StoredKey>;

  /** @param seed of the hash function, so that nobody can choose keys that collide */
  constructor(seed: number, maxKeys: number) {
    this.#keys = new InfoHashMap(seed);
    this.#maxKeys = maxKeys;
  }

  get size(): number {
    return this.#keys.size;
  }

  get(key: InfoHash): StoredKey | undefined {
    return this.#keys.get(key);
  }

  /** The record of a key, made if needed; undefined when there are too many. */
  open(key: InfoHash): StoredKey | undefined {
    return this.#keys.get(key) ?? (this.#keys.size < this.#maxKeys ? this.#add(key) : undefined);
  }

  /** The record of a key, made if needed, however many there are. */
  openBeyondLimit(key: InfoHash): StoredKey {
    return this.#keys.get(key) ?? this.#add(key);
  }

  /** Forgets a record under which nothing is left. */
  dropIfUnused(storedKey: StoredKey): void {
    if (storedKey.isUnused && this.#keys.get(storedKey.key) === storedKey) this.#keys.delete(storedKey.key);
  }

  values(): IterableIterator<StoredKey> {
    return this.#keys.values();
  }

  #add(key: InfoHash): StoredKey {
    const fresh = new StoredKey(key);
    this.#keys.set(key, fresh);
    return fresh;
  }
}
