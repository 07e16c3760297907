import { DhtError, type InfoHash, type Listening, type NodeListenOptions, type Value } from "@hashmere/dht/engine";
import { KeyListening } from "./key-listening.ts";
import { MAX_LISTENED_KEYS } from "./limits.ts";
import type { ProxyCore } from "./proxy-core.ts";
import { spread } from "./spread.ts";

/** What is listened to, key by key. */
export class Listenings {
  readonly #core: ProxyCore;
  readonly #callUser: <T>(callback: () => T) => T | undefined;
  readonly #byKey = new Map<string, KeyListening>();

  constructor(core: ProxyCore, callUser: <T>(callback: () => T) => T | undefined) {
    this.#core = core;
    this.#callUser = callUser;
  }

  add(key: InfoHash, listener: NodeListenOptions): Listening {
    const name = key.toString();
    let listening = this.#byKey.get(name);
    if (!listening) {
      if (this.#byKey.size >= MAX_LISTENED_KEYS) {
        this.#callUser(() => listener.onError?.(tooManyKeys()));
        return { values: [], cancel: () => {} };
      }
      listening = new KeyListening(this.#core, key, {
        callUser: this.#callUser,
        onAbandoned: (abandoned) => {
          this.#byKey.delete(name);
          abandoned.close();
        },
      });
      this.#byKey.set(name, listening);
    }
    return listening.add(listener);
  }

  at(key: InfoHash): KeyListening | undefined {
    return this.#byKey.get(key.toString());
  }

  /** The newest version known of a value. */
  find(key: InfoHash, id: bigint): Value | undefined {
    return this.at(key)?.find(id);
  }

  /** @param isAnother the proxy is another node than before */
  reconnect(isAnother: boolean): void {
    for (const listening of this.#byKey.values())
      listening.reconnect(spread(this.#byKey.size, this.#core.random), isAnother);
  }

  /** Pushes go elsewhere. */
  reopen(): void {
    for (const listening of this.#byKey.values()) listening.reopen();
  }

  close(): void {
    for (const listening of this.#byKey.values()) listening.close();
    this.#byKey.clear();
  }
}

function tooManyKeys(): DhtError {
  const advice = `${MAX_LISTENED_KEYS} keys are listened to already: end some listeners (a key is free a minute later), or open another client`;
  return new DhtError("ERR_TOO_MANY_LISTENS", advice);
}
