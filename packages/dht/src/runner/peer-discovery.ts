import type { Family, SockAddr } from "../address/index.ts";
import { DiscoveryGroup } from "../discovery/index.ts";
import { packObject, unpackObject } from "../value/index.ts";
import { AsyncQueue } from "./operations/async-queue.ts";
import { RealScheduler } from "./real-scheduler.ts";

/** Finds that a slow reader may leave waiting; the oldest give way then. */
export const MAX_WAITING_FINDS = 1024;

const BOTH: readonly Family[] = [4, 6];

/** Where on the local network to meet. */
export interface PeerDiscoveryOptions {
  /** UDP port of the group. Default 8888, that of OpenDHT. */
  readonly port?: number | undefined;
  /** Default both; a family that the machine lacks is left out. */
  readonly families?: readonly Family[] | undefined;
  /** Interface by family: an address (IPv4) or `::%name` (IPv6). Default: the system's choice. */
  readonly interfaces?: Partial<Record<Family, string>> | undefined;
}

/** Where to announce a service. */
export interface PublishOptions {
  /** There only. Default: both. */
  readonly family?: Family | undefined;
}

/** Who has announced a service, and what. */
export interface Discovered<T> {
  readonly value: T;
  /** Where the announcement came from; its port is that of the group. */
  readonly addr: SockAddr;
}

/**
 * Finds and announces services of the local network by multicast, as OpenDHT's nodes find each other:
 *
 * ```ts
 * await using discovery = new PeerDiscovery();
 * discovery.publish("chat", { name: "Alice", port: 5000 });
 * for await (const { value, addr } of discovery.discover<Chat>("chat")) console.log(value.name, addr.host);
 * ```
 *
 * A service is a name and any object that MessagePack can hold. While somebody looks, the network is asked at 0, 10, 30 and
 * 70 s and then every minute; besides, whoever publishes announces it at once.
 */
export class PeerDiscovery implements AsyncDisposable {
  /** Resolves when it takes part; rejects with a SocketError where no group can be joined. Nobody has to await it. */
  readonly ready: Promise<void>;
  readonly #scheduler = new RealScheduler();
  readonly #group: Promise<DiscoveryGroup>;
  /** How to end the loops under way. */
  readonly #ends = new Set<() => void>();
  #isOver = false;

  constructor({ port, families, interfaces }: PeerDiscoveryOptions = {}) {
    this.#group = DiscoveryGroup.open({
      scheduler: this.#scheduler,
      ...(port !== undefined && { port }),
      ...(families && { families }),
      ...(interfaces && { interfaces }),
    });
    this.ready = this.#group.then(() => {});
    this.ready.catch(() => {}); // those who look hear of it too
  }

  /**
   * Everybody who announces the service, from now on, ourselves included. What can't be unpacked is passed over. The loop
   * ends when it is left, by an abort, or with the discovery; it throws a SocketError where no group can be joined.
   * @param type name of the service; T is what its announcements are known to hold: nobody checks that
   */
  discover<T = unknown>(
    type: string,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): AsyncIterable<Discovered<T>> {
    const finds = new AsyncQueue<Discovered<T>>(MAX_WAITING_FINDS, () => end());
    let question: Disposable | undefined;
    const onAbort = () => end();
    const end = (error?: unknown) => {
      signal?.removeEventListener("abort", onAbort);
      question?.[Symbol.dispose]();
      finds.end(error);
      this.#ends.delete(end);
      if (this.#ends.size === 0) this.#use((group) => group.settle());
    };
    this.#ends.add(end);
    if (this.#isOver || signal?.aborted) end();
    else signal?.addEventListener("abort", onAbort, { once: true });
    this.#use((group) => {
      if (!this.#ends.has(end)) return;
      question = group.discover(type, (data, addr) => {
        const value = tryUnpack(data);
        if (value !== undefined) finds.push({ value: value as T, addr }); // the caller says what it is
      });
      group.search();
    }, end);
    return { [Symbol.asyncIterator]: () => finds };
  }

  /**
   * Announces the service now, and to everybody who asks, until it is disposed of. Another object under the same name takes
   * its place.
   */
  publish(type: string, object: unknown, { family }: PublishOptions = {}): Disposable {
    const data = packObject(object);
    const published = new DisposableStack();
    this.#use((group) => {
      if (published.disposed) return;
      for (const each of family === undefined ? BOTH : [family]) published.use(group.publish(type, each, data));
    });
    return published;
  }

  /** Joins the groups anew, asks and announces: the machine has changed its network. */
  connectivityChanged(): void {
    this.#use((group) => group.connectivityChanged());
  }

  /** Ends all loops, and takes back what was published. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    for (const end of [...this.#ends]) end();
    await this.#group.then(
      (group) => group[Symbol.asyncDispose](),
      () => {}, // it never took part
    );
    this.#scheduler.stop();
  }

  /** Does it once the group is joined, unless all is over by then. */
  #use(action: (group: DiscoveryGroup) => void, onFailure: (error: unknown) => void = () => {}): void {
    this.#group.then((group) => {
      if (!this.#isOver) action(group);
    }, onFailure);
  }
}

function tryUnpack(data: Uint8Array): unknown {
  try {
    return unpackObject(data);
  } catch {
    return undefined; // another layout: not one of those asked for
  }
}
