import type { InfoHash, Listening, NodeListenOptions, Timer, Value } from "@hashmere/dht/engine";
import type { Feed, FeedSink } from "./feed.ts";
import { KeyListener } from "./key-listener.ts";
import { KnownValues } from "./known-values.ts";
import { LINGER_MS } from "./limits.ts";
import { PollFeed } from "./poll-feed.ts";
import { getValues, type ProxyCore } from "./proxy-core.ts";
import { PushFeed } from "./push-feed.ts";
import { StreamFeed } from "./stream-feed.ts";
import type { Release } from "./tab-claims.ts";

/** What a key's listening tells its owner. */
export interface ListeningOwner {
  callUser<T>(callback: () => T): T | undefined;
  /** Nobody has listened for a while. */
  onAbandoned(listening: KeyListening): void;
}

/** All listeners of one key, and the one feed that serves them. */
export class KeyListening implements FeedSink {
  readonly key: InfoHash;
  readonly #core: ProxyCore;
  readonly #owner: ListeningOwner;
  readonly #known = new KnownValues();
  readonly #listeners = new Set<KeyListener>();
  readonly #closing = new AbortController();
  #feed: Feed;
  #linger: Timer | undefined;

  constructor(core: ProxyCore, key: InfoHash, owner: ListeningOwner) {
    this.#core = core;
    this.key = key;
    this.#owner = owner;
    this.#feed = this.#openFeed();
  }

  /** The newest version known of a value. */
  find(id: bigint): Value | undefined {
    return this.#known.find(id);
  }

  add(options: NodeListenOptions): Listening {
    this.#linger?.cancel();
    const listener = new KeyListener(options, (callback) => this.#owner.callUser(callback));
    this.#listeners.add(listener);
    this.#tell(listener, this.#known.values, false);
    const shown = () => listener.shownOf(this.#known.values);
    return {
      get values() {
        return shown();
      },
      cancel: () => this.#remove(listener),
    };
  }

  reconnect(delayMs: number, isAnother: boolean): void {
    this.#feed.reconnect(delayMs, isAnother);
  }

  /** The proxy is about to forget the subscription. False when there is none. */
  renew(): boolean {
    return this.#feed.renew();
  }

  /** Pushes go elsewhere, or to nobody any more. */
  reopen(): void {
    this.#feed.cancel();
    this.#feed = this.#openFeed();
  }

  /** Ends everything: nobody is left to hear of these values from. */
  close(): void {
    if (this.#listeners.size > 0) this.#feed.close();
    else this.#feed.cancel();
    this.#linger?.cancel();
    this.#closing.abort();
    this.#report(this.#known.values, true);
    this.#listeners.clear();
  }

  onStream(giveBack: Release): void {
    this.#feed.close();
    this.#feed = new StreamFeed(this.#core, this.key, this, giveBack);
  }

  onBegin(): void {
    if (this.#known.size === 0) return;
    // What went while nobody listened is told by nobody: all that is there is asked for once.
    void this.refresh();
  }

  onValues(values: readonly Value[], expired: boolean): void {
    if (expired) this.expire(values.map(({ id }) => id));
    else this.#learn(values);
  }

  /** Those values are gone, unless they were heard of after that time (monotonic). */
  expire(ids: Iterable<bigint>, before?: number): void {
    this.#report(this.#known.remove(ids, before), true);
  }

  async refresh(): Promise<void> {
    this.#known.beginRound();
    const { signal } = this.#closing;
    const found = await getValues(this.#core, this.key, signal, (values) => this.#learn(values)).catch(() => undefined);
    if (found?.ok && !signal.aborted) this.#report(this.#known.removeMissing(), true);
  }

  #learn(values: readonly Value[]): void {
    this.#report(this.#known.add(values, this.#core.clock.now()), false);
    this.#report(this.#known.removeExcess(), true);
  }

  #openFeed(): Feed {
    const core = this.#core;
    return core.push ? new PushFeed(core, this.key, core.push, this) : new PollFeed(core, this);
  }

  #remove(listener: KeyListener): void {
    listener.end();
    if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return;
    const { clock } = this.#core;
    this.#linger = clock.at(clock.now() + LINGER_MS, () => this.#owner.onAbandoned(this));
  }

  #report(values: readonly Value[], expired: boolean): void {
    if (values.length === 0) return;
    for (const listener of [...this.#listeners]) this.#tell(listener, values, expired);
  }

  #tell(listener: KeyListener, values: readonly Value[], expired: boolean): void {
    if (this.#listeners.has(listener) && !listener.tell(values, expired)) this.#remove(listener);
  }
}
