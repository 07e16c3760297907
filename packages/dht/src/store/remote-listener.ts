import type { SockAddr } from "../address/index.ts";
import type { InfoHash } from "../id/index.ts";
import type { Peer } from "../routing/index.ts";
import type { ListenerNews } from "../rpc/index.ts";
import type { Query, Value } from "../value/index.ts";
import { networkOf } from "./network-of.ts";

/** A subscription that isn't renewed for this long is over. */
export const REMOTE_LISTENER_LIFE_MS = 10 * 60_000; // node behaviour §11.3

/** Sends news to a listener. */
export type TellListener = (listener: RemoteListener, news: ListenerNews) => void;

/** A peer's subscription to what happens under a key. */
export class RemoteListener {
  readonly key: InfoHash;
  readonly peer: Peer;
  /** Where it subscribed from first: whose quota it counts against. */
  readonly network: number | string;
  readonly socketId: number;
  /** 1: its news are requests; 0: the older way. */
  readonly version: 0 | 1;
  #query: Query | undefined;
  #address: SockAddr;
  #renewedAt: number;

  constructor(key: InfoHash, peer: Peer, socketId: number, version: 0 | 1, query: Query | undefined, now: number) {
    this.key = key;
    this.peer = peer;
    this.network = networkOf(peer.address);
    this.socketId = socketId;
    this.version = version;
    this.#query = query;
    this.#address = peer.address;
    this.#renewedAt = now;
  }

  /** From where it was last asked for. */
  get address(): SockAddr {
    return this.#address;
  }

  /** When it was last asked for, monotonic ms. */
  get renewedAt(): number {
    return this.#renewedAt;
  }

  renew(query: Query | undefined, now: number): void {
    this.#query = query;
    this.#address = this.peer.address;
    this.#renewedAt = now;
  }

  isOver(now: number): boolean {
    return this.#renewedAt + REMOTE_LISTENER_LIFE_MS < now;
  }

  /**
   * Whether news may be sent: the peer still is where it showed its token. Otherwise a listener could move to a stranger's
   * address with one forged packet, and have him flooded.
   */
  isReachable(now: number): boolean {
    return !this.isOver(now) && this.peer.address.equals(this.#address);
  }

  wants(value: Value): boolean {
    return this.#query?.where.matches(value) ?? true;
  }
}
