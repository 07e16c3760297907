import type { InfoHash } from "../id/index.ts";
import type { Peer } from "../routing/index.ts";
import type { Scheduler } from "../scheduler/index.ts";
import type { Query, Value } from "../value/index.ts";
import type { KeyTable } from "./key-table.ts";
import { type LocalListener, tellLocalListeners } from "./local-listener.ts";
import type { TellListener } from "./remote-listener.ts";
import { RemoteListeners } from "./remote-listeners.ts";
import type { StoredKey } from "./stored-key.ts";

/** Who hears of what happens under the keys: listeners on this node first, then those of other nodes. */
export class Audience {
  readonly #scheduler: Scheduler;
  readonly #keys: KeyTable;
  readonly #remote: RemoteListeners;

  /** @param tellRemote sends news to a remote listener */
  constructor(scheduler: Scheduler, keys: KeyTable, tellRemote: TellListener) {
    this.#scheduler = scheduler;
    this.#keys = keys;
    this.#remote = new RemoteListeners(tellRemote);
  }

  /** Number of remote subscriptions. */
  get remoteCount(): number {
    return this.#remote.size;
  }

  addLocal(key: InfoHash, listener: LocalListener): { cancel(): void } {
    // Our own listeners don't count against the limit on keys, which strangers may have used up.
    const storedKey = this.#keys.openBeyondLimit(key);
    storedKey.addLocalListener(listener);
    return {
      cancel: () => {
        storedKey.removeLocalListener(listener);
        this.#keys.dropIfUnused(storedKey);
      },
    };
  }

  /** @returns true for a new subscription; false for one that was renewed, or refused by a limit */
  addRemote(key: InfoHash, peer: Peer, socketId: number, query: Query | undefined, version: 0 | 1): boolean {
    const storedKey = this.#keys.open(key);
    if (storedKey === undefined) return false;
    const outcome = this.#remote.add(storedKey, peer, socketId, query, version, this.#scheduler.now());
    this.#keys.dropIfUnused(storedKey);
    return outcome === "new";
  }

  /** Ends remote subscriptions that weren't renewed. */
  sweep(): void {
    for (const storedKey of this.#remote.removeOver(this.#scheduler.now())) this.#keys.dropIfUnused(storedKey);
  }

  /** A value is new or edited. */
  tellNews(key: StoredKey, value: Value): void {
    tellLocalListeners(key.localListeners, [value], false);
    this.#remote.tellValue(key, value, this.#scheduler.now());
  }

  /** A value was put again as it is: other nodes are told, listeners on this node know it already. */
  tellRepetition(key: StoredKey, value: Value): void {
    this.#remote.tellValue(key, value, this.#scheduler.now());
  }

  /** A value lives longer. */
  tellRefreshed(key: StoredKey, id: bigint): void {
    this.#remote.tellIds(key, "refreshed", [id], this.#scheduler.now());
  }

  /** Values are gone; remote listeners hear of it first here. */
  tellExpired(key: StoredKey, values: readonly Value[]): void {
    const ids = values.map((value) => value.id);
    this.#remote.tellIds(key, "expired", ids, this.#scheduler.now());
    tellLocalListeners(key.localListeners, values, true);
    this.#keys.dropIfUnused(key);
  }
}
