import type { InfoHash } from "../id/index.ts";
import type { LocalListener } from "./local-listener.ts";
import type { RemoteListener } from "./remote-listener.ts";
import type { StoredValue } from "./stored-value.ts";

interface Listeners {
  local: readonly LocalListener[];
  remote: readonly RemoteListener[];
}

const NOBODY: Listeners = { local: [], remote: [] };

/** What we hold under a key: values, and who wants to hear of them. Most keys have one value and no listener. */
export class StoredKey {
  readonly key: InfoHash;
  /** Where there is just one value, it is here; otherwise all are in `#many`. */
  #only: StoredValue | undefined;
  #many: Map<bigint, StoredValue> | undefined;
  #listeners = NOBODY;

  constructor(key: InfoHash) {
    this.key = key;
  }

  get valueCount(): number {
    return this.#many?.size ?? (this.#only === undefined ? 0 : 1);
  }

  get isUnused(): boolean {
    return this.valueCount === 0 && this.#listeners === NOBODY;
  }

  /** Never changed, only replaced: who iterates over it isn't disturbed. */
  get localListeners(): readonly LocalListener[] {
    return this.#listeners.local;
  }

  /** Never changed, only replaced: who iterates over it isn't disturbed. */
  get remoteListeners(): readonly RemoteListener[] {
    return this.#listeners.remote;
  }

  addLocalListener(listener: LocalListener): void {
    this.#setListeners([...this.localListeners, listener], this.remoteListeners);
  }

  removeLocalListener(listener: LocalListener): void {
    const left = this.localListeners.filter((each) => each !== listener);
    this.#setListeners(left, this.remoteListeners);
  }

  addRemoteListener(listener: RemoteListener): void {
    this.#setListeners(this.localListeners, [...this.remoteListeners, listener]);
  }

  /** Takes out, and returns, those of whom `isOver` holds. */
  removeRemoteListeners(isOver: (listener: RemoteListener) => boolean): RemoteListener[] {
    const over = this.remoteListeners.filter(isOver);
    if (over.length > 0) {
      const left = this.remoteListeners.filter((each) => !isOver(each));
      this.#setListeners(this.localListeners, left);
    }
    return over;
  }

  find(id: bigint): StoredValue | undefined {
    if (this.#many !== undefined) return this.#many.get(id);
    return this.#only?.value.id === id ? this.#only : undefined;
  }

  /** A value whose id isn't there yet. */
  add(stored: StoredValue): void {
    if (this.valueCount === 0) {
      this.#only = stored;
      return;
    }
    this.#many ??= new Map(Array.from(this.values(), (each) => [each.value.id, each]));
    this.#only = undefined;
    this.#many.set(stored.value.id, stored);
  }

  remove(stored: StoredValue): void {
    if (this.#only === stored) this.#only = undefined;
    this.#many?.delete(stored.value.id);
    if (this.#many?.size === 0) this.#many = undefined;
  }

  /** In the order in which they came. */
  values(): Iterable<StoredValue> {
    if (this.#many !== undefined) return this.#many.values();
    return this.#only === undefined ? [] : [this.#only];
  }

  #setListeners(local: readonly LocalListener[], remote: readonly RemoteListener[]): void {
    this.#listeners = local.length === 0 && remote.length === 0 ? NOBODY : { local, remote };
  }
}
