import type { SockAddr } from "../address/index.ts";
import type { Scheduler, Timer } from "../scheduler/index.ts";
import type { Value } from "../value/index.ts";
import { type Source, Sources } from "./source.ts";
import type { StoredKey } from "./stored-key.ts";
import { StoredValue } from "./stored-value.ts";

/** The books on all values: how many, how large, whose, and which goes next. Knows neither policies nor listeners. */
export class Ledger {
  readonly #scheduler: Scheduler;
  readonly #onDue: () => void;
  readonly #sources = new Sources();
  #timer: Timer | undefined;
  #nextOrder = 0;
  #values = 0;
  #bytes = 0;

  /** @param onDue is called when values have expired; it should take all that `takeDue` gives */
  constructor(scheduler: Scheduler, onDue: () => void) {
    this.#scheduler = scheduler;
    this.#onDue = onDue;
  }

  get values(): number {
    return this.#values;
  }

  get localValues(): number {
    return this.#sources.own.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get localBytes(): number {
    return this.#sources.own.bytes;
  }

  get remoteBytes(): number {
    return this.#bytes - this.localBytes;
  }

  /** All but ourselves, the heaviest user first. */
  get sources(): Source[] {
    return this.#sources.list();
  }

  /** A value whose id is new under the key. */
  insert(key: StoredKey, value: Value, created: number, expires: number, from: SockAddr | undefined): void {
    const stored = new StoredValue(key, this.#nextOrder++, value, created, expires, this.#sourceOf(from));
    key.add(stored);
    this.#book(stored);
  }

  /** Puts another value, with the same id, in the place of one. */
  replace(stored: StoredValue, value: Value, created: number, expires: number, from: SockAddr | undefined): void {
    this.#unbook(stored);
    stored.value = value;
    stored.created = created;
    stored.expires = expires;
    stored.source = this.#sourceOf(from);
    this.#book(stored);
  }

  /** Gives a value other times; a permanent one stays permanent. */
  renew(stored: StoredValue, created: number, expires: number): void {
    stored.created = created;
    stored.expires = expires;
    this.#sources.update(stored);
    this.#arm();
  }

  remove(stored: StoredValue): void {
    stored.key.remove(stored);
    this.#unbook(stored);
  }

  /** The next value that has expired, taken out of its key. */
  takeDue(): StoredValue | undefined {
    const next = this.#sources.nextToExpire;
    if (next === undefined || next.expires > this.#scheduler.now()) return undefined;
    this.remove(next);
    return next;
  }

  /** What has to go because others hold more than that here: the heaviest user's value that expires next. */
  firstToGo(maxBytes: number, maxValues: number): StoredValue | undefined {
    const isTooMuch = this.remoteBytes > maxBytes || this.#values - this.localValues > maxValues;
    return isTooMuch ? this.#sources.firstToGo : undefined;
  }

  close(): void {
    this.#timer?.cancel();
  }

  #sourceOf(address: SockAddr | undefined): Source {
    return address === undefined ? this.#sources.own : this.#sources.of(address);
  }

  #book(stored: StoredValue): void {
    this.#values++;
    this.#bytes += stored.bytes;
    this.#sources.add(stored);
    this.#arm();
  }

  #unbook(stored: StoredValue): void {
    this.#values--;
    this.#bytes -= stored.bytes;
    this.#sources.remove(stored);
  }

  /** A timer that comes too early, because its value has gone or was renewed, does no harm: it is set anew then. */
  #arm(): void {
    const next = this.#sources.nextToExpire;
    if (next === undefined || next.expires === Number.POSITIVE_INFINITY) return;
    if (this.#timer?.isPending) {
      if (this.#timer.time <= next.expires) return;
      this.#timer.cancel();
    }
    this.#timer = this.#scheduler.at(next.expires, () => {
      this.#onDue();
      this.#arm();
    });
  }
}
