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
  /** None, just one, or many by id. */
  #values: StoredValue | Map<bigint, StoredValue> | undefined;
  #listeners = NOBODY;

  constructor(key: InfoHash) {
    this.key = key;
  }

  get valueCount(): number {
    if (this.#values === undefined) return 0;
    return this.#values instanceof Map ? this.#values.size : 1;
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
    this.#listeners = { local: [...this.localListeners, listener], remote: this.remoteListeners };
  }

  removeLocalListener(listener: LocalListener): void {
    const left = this.localListeners.filter((each) => each !== listener);
    this.#listeners = listenersOf(left, this.remoteListeners);
  }

  addRemoteListener(listener: RemoteListener): void {
    this.#listeners = { local: this.localListeners, remote: [...this.remoteListeners, listener] };
  }

  /** Takes out, and returns, those of whom `isOver` holds. */
  removeRemoteListeners(isOver: (listener: RemoteListener) => boolean): RemoteListener[] {
    const over = this.remoteListeners.filter(isOver);
    if (over.length > 0) {
      const left = this.remoteListeners.filter((each) => !isOver(each));
      this.#listeners = listenersOf(this.localListeners, left);
    }
    return over;
  }

  find(id: bigint): StoredValue | undefined {
    const values = this.#values;
    if (values instanceof Map) return values.get(id);
    return values?.id === id ? values : undefined;
  }

  /** A value whose id isn't there yet. */
  add(stored: StoredValue): void {
    const values = this.#values;
    if (values === undefined) this.#values = stored;
    else if (values instanceof Map) values.set(stored.id, stored);
    else {
      this.#values = new Map([
        [values.id, values],
        [stored.id, stored],
      ]);
    }
  }

  remove(stored: StoredValue): void {
    if (this.#values instanceof Map) {
      this.#values.delete(stored.id);
      if (this.#values.size > 0) return;
    }
    this.#values = undefined;
  }

  /** In the order in which they came. */
  values(): Iterable<StoredValue> {
    const values = this.#values;
    if (values instanceof Map) return values.values();
    return values === undefined ? [] : [values];
  }
}

function listenersOf(local: readonly LocalListener[], remote: readonly RemoteListener[]): Listeners {
  return local.length === 0 && remote.length === 0 ? NOBODY : { local, remote };
}
