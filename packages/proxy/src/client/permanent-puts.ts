import { DhtError, type InfoHash, NOT_ANNOUNCED, type PutOutcome, type Value } from "@hashmere/dht/engine";
import { MAX_PERMANENT_PUTS, RENEWAL_MS } from "./limits.ts";
import { postValue } from "./post-value.ts";
import { keyPath, type ProxyCore, tell } from "./proxy-core.ts";
import { Recurring } from "./recurring.ts";
import { spread } from "./spread.ts";

interface PermanentPut {
  readonly key: InfoHash;
  readonly value: Value;
  readonly renewal: Recurring;
}

/** Values that are to stay: posted again before the proxy forgets them, and after it may have. */
export class PermanentPuts {
  readonly #core: ProxyCore;
  readonly #puts = new Map<string, PermanentPut>();

  constructor(core: ProxyCore) {
    this.#core = core;
  }

  /** Posts the value, now and from time to time; takes the place of the one with its key and id. */
  add(key: InfoHash, value: Value, onFirst: (outcome: PutOutcome) => void): void {
    const name = nameOf(key, value.id);
    this.#puts.get(name)?.renewal.close();
    if (this.#puts.size >= MAX_PERMANENT_PUTS && !this.#puts.has(name)) {
      const advice = `${MAX_PERMANENT_PUTS} permanent puts are kept already: cancel some first`;
      onFirst({ ...NOT_ANNOUNCED, error: new DhtError("ERR_TOO_MANY_PUTS", advice) });
      return;
    }
    let report: typeof onFirst | undefined = onFirst;
    const renewal = new Recurring(this.#core.clock, this.#core.random, async (signal) => {
      const outcome = await postValue(this.#core, key, value, { signal, permanent: true });
      report?.(outcome);
      report = undefined;
      return outcome.ok ? { againInMs: RENEWAL_MS } : "failed";
    });
    this.#puts.set(name, { key, value, renewal });
    renewal.wake();
  }

  /** False when there is no such put. OpenDHT's own proxies, which can't be told, keep the value for up to a day. */
  cancel(key: InfoHash, id: bigint): boolean {
    const name = nameOf(key, id);
    this.#puts.get(name)?.renewal.close();
    if (!this.#puts.delete(name)) return false;
    const body = JSON.stringify({ key: this.#core.push?.key ?? "", client_id: this.#core.push?.client_id ?? "" });
    void tell(this.#core, { method: "DELETE", path: `${keyPath(key)}/${id}`, body });
    return true;
  }

  at(key: InfoHash, id?: bigint): Value[] {
    if (id !== undefined) {
      const put = this.#puts.get(nameOf(key, id));
      return put ? [put.value] : [];
    }
    return [...this.#puts.values()].filter((put) => put.key.equals(key)).map(({ value }) => value);
  }

  /** Posts one again now. False when there is no such put. */
  renew(key: InfoHash, id: bigint): boolean {
    const put = this.#puts.get(nameOf(key, id));
    put?.renewal.wake();
    return put !== undefined;
  }

  /** Posts all again, not all at once. */
  renewAll(): void {
    for (const { renewal } of this.#puts.values()) renewal.wake(spread(this.#puts.size, this.#core.random));
  }

  close(): void {
    for (const { renewal } of this.#puts.values()) renewal.close();
    this.#puts.clear();
  }
}

function nameOf(key: InfoHash, id: bigint): string {
  return `${key} ${id}`;
}
