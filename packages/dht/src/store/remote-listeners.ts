import type { Peer } from "../routing/index.ts";
import type { Query, Value } from "../value/index.ts";
import { networkOf } from "./network-of.ts";
import { RemoteListener, type TellListener } from "./remote-listener.ts";
import type { StoredKey } from "./stored-key.ts";

/** Most subscriptions under one key. */
export const MAX_REMOTE_LISTENERS_PER_KEY = 4096;
/** Of these, most of one network (IPv4 address, IPv6 /64), so that nobody can keep others from a key. */
export const MAX_NETWORK_LISTENERS_PER_KEY = 1024;
/** Most subscriptions of one network. */
export const MAX_REMOTE_LISTENERS_PER_NETWORK = 32_768;
/** Most subscriptions altogether. */
export const MAX_REMOTE_LISTENERS = 131_072;

/** Everybody who listens here from afar. */
export class RemoteListeners {
  readonly #tell: TellListener;
  readonly #keys = new Set<StoredKey>();
  readonly #countByNetwork = new Map<number | string, number>();
  #size = 0;

  /** @param tell sends news to a listener */
  constructor(tell: TellListener) {
    this.#tell = tell;
  }

  get size(): number {
    return this.#size;
  }

  /** Subscribes, or renews the subscription of the same peer and socket id. Refused when a limit is reached. */
  add(
    under: StoredKey,
    peer: Peer,
    socketId: number,
    query: Query | undefined,
    version: 0 | 1,
    now: number,
  ): "new" | "renewed" | "refused" {
    const network = networkOf(peer.address);
    let ofNetworkHere = 0;
    for (const listener of under.remoteListeners) {
      if (listener.network === network) ofNetworkHere++;
      if (listener.peer !== peer || listener.socketId !== socketId) continue;
      listener.renew(query, now);
      return "renewed";
    }
    const ofNetwork = this.#countByNetwork.get(network) ?? 0;
    if (this.#size >= MAX_REMOTE_LISTENERS || ofNetwork >= MAX_REMOTE_LISTENERS_PER_NETWORK) return "refused";
    const isFull = under.remoteListeners.length >= MAX_REMOTE_LISTENERS_PER_KEY;
    if (isFull || ofNetworkHere >= MAX_NETWORK_LISTENERS_PER_KEY) return "refused";
    under.addRemoteListener(new RemoteListener(under.key, peer, socketId, version, query, now));
    this.#keys.add(under);
    peer.retain();
    this.#countByNetwork.set(network, ofNetwork + 1);
    this.#size++;
    return "new";
  }

  /** Ends the subscriptions that weren't renewed; returns the keys that have none left. */
  removeOver(now: number): StoredKey[] {
    const left: StoredKey[] = [];
    for (const key of this.#keys) {
      for (const listener of key.removeRemoteListeners((each) => each.isOver(now))) this.#forget(listener);
      if (key.remoteListeners.length > 0) continue;
      this.#keys.delete(key);
      left.push(key);
    }
    return left;
  }

  /** New or edited values, to those whose query they match. */
  tellValue(under: StoredKey, value: Value, now: number): void {
    for (const listener of under.remoteListeners) {
      if (listener.isReachable(now) && listener.wants(value)) this.#tell(listener, { kind: "values", values: [value] });
    }
  }

  /** Refreshed or expired ids, to all: the queries aren't looked at (node behaviour §10.4, §10.5). */
  tellIds(under: StoredKey, kind: "refreshed" | "expired", ids: readonly bigint[], now: number): void {
    for (const listener of under.remoteListeners) if (listener.isReachable(now)) this.#tell(listener, { kind, ids });
  }

  #forget({ peer, network }: RemoteListener): void {
    peer.release();
    this.#size--;
    const left = (this.#countByNetwork.get(network) ?? 0) - 1;
    if (left > 0) this.#countByNetwork.set(network, left);
    else this.#countByNetwork.delete(network);
  }
}
