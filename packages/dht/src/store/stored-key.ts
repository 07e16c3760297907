import type { InfoHash } from "../id/index.ts";
import type { LocalListener } from "./local-listener.ts";
import type { RemoteListener } from "./remote-listener.ts";
import type { StoredValue } from "./stored-value.ts";

const NOBODY: readonly never[] = [];

/** Up to here, values are searched one by one; above, through a map. */
const MAX_LINEAR = 16;

/** What we hold under a key: values, and who wants to hear of them. Most keys have one value and no listener. */
export class StoredKey {
  readonly key: InfoHash;
  #few: StoredValue[] = [];
  #many: Map<bigint, StoredValue> | undefined;
  #localListeners: LocalListener[] | undefined;
  #remoteListeners: RemoteListener[] | undefined;

  constructor(key: InfoHash) {
    this.key = key;
  }

  get valueCount(): number {
    return this.#many?.size ?? this.#few.length;
  }

  get isUnused(): boolean {
    return this.valueCount === 0 && this.localListeners.length === 0 && this.remoteListeners.length === 0;
  }

  get localListeners(): readonly LocalListener[] {
    return this.#localListeners ?? NOBODY;
  }

  get remoteListeners(): readonly RemoteListener[] {
    return this.#remoteListeners ?? NOBODY;
  }

  addLocalListener(listener: LocalListener): void {
    this.#localListeners = [...this.localListeners, listener];
  }

  removeLocalListener(listener: LocalListener): void {
    const left = this.localListeners.filter((each) => each !== listener);
    this.#localListeners = left.length > 0 ? left : undefined;
  }

  addRemoteListener(listener: RemoteListener): void {
    this.#remoteListeners ??= [];
    this.#remoteListeners.push(listener);
  }

  /** Takes out, and returns, those of whom `isOver` holds. */
  removeRemoteListeners(isOver: (listener: RemoteListener) => boolean): RemoteListener[] {
    const over: RemoteListener[] = [];
    const left: RemoteListener[] = [];
    for (const listener of this.remoteListeners) (isOver(listener) ? over : left).push(listener);
    this.#remoteListeners = left.length > 0 ? left : undefined;
    return over;
  }

  find(id: bigint): StoredValue | undefined {
    if (this.#many !== undefined) return this.#many.get(id);
    for (const stored of this.#few) if (stored.value.id === id) return stored;
    return undefined;
  }

  /** A value whose id isn't there yet. */
  add(stored: StoredValue): void {
    if (this.#many !== undefined) this.#many.set(stored.value.id, stored);
    else if (this.#few.length === 0) this.#few = [stored];
    else if (this.#few.length < MAX_LINEAR) this.#few.push(stored);
    else {
      this.#many = new Map(this.#few.map((each) => [each.value.id, each]));
      this.#many.set(stored.value.id, stored);
      this.#few = [];
    }
  }

  remove(stored: StoredValue): void {
    if (this.#many !== undefined) {
      this.#many.delete(stored.value.id);
      return;
    }
    const index = this.#few.indexOf(stored);
    if (index >= 0) this.#few.splice(index, 1);
  }

  /** In the order in which they came. */
  values(): Iterable<StoredValue> {
    return this.#many?.values() ?? this.#few;
  }
}
