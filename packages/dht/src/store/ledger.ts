import type { SockAddr } from "../address/index.ts";
import type { Scheduler } from "../scheduler/index.ts";
import type { Value } from "../value/index.ts";
import { ExpiryQueue } from "./expiry-queue.ts";
import { heldBytes } from "./held-bytes.ts";
import { type Source, Sources } from "./source.ts";
import type { StoredKey } from "./stored-key.ts";
import { StoredValue } from "./stored-value.ts";

/** The books on all values: how many, how large, whose, and which goes next. Knows neither policies nor listeners. */
export class Ledger {
  readonly #sources = new Sources();
  readonly #expiry: ExpiryQueue;
  #nextOrder = 0;
  #remoteValues = 0;
  #localValues = 0;
  #remoteBytes = 0;
  #localBytes = 0;

  /** @param onDue is called when values have expired; see `takeDue` */
  constructor(scheduler: Scheduler, onDue: () => void) {
    this.#expiry = new ExpiryQueue(scheduler, onDue);
  }

  get values(): number {
    return this.#remoteValues + this.#localValues;
  }

  get localValues(): number {
    return this.#localValues;
  }

  get bytes(): number {
    return this.#remoteBytes + this.#localBytes;
  }

  get localBytes(): number {
    return this.#localBytes;
  }

  get remoteBytes(): number {
    return this.#remoteBytes;
  }

  /** The heaviest user first. */
  get sources(): Source[] {
    return this.#sources.list();
  }

  /** A value whose id is new under the key. */
  insert(key: StoredKey, value: Value, created: number, expires: number, from: SockAddr | undefined): void {
    const stored = new StoredValue(key, this.#nextOrder++, value, created, expires, from && this.#sources.of(from));
    key.add(stored);
    this.#book(stored);
  }

  /** Puts another value, with the same id, in the place of one. */
  replace(stored: StoredValue, value: Value, created: number, expires: number, from: SockAddr | undefined): void {
    this.#unbook(stored);
    stored.value = value;
    stored.created = created;
    stored.expires = expires;
    stored.source = from && this.#sources.of(from);
    this.#book(stored);
  }

  /** Gives a value other times; a permanent one stays permanent. */
  renew(stored: StoredValue, created: number, expires: number): void {
    stored.created = created;
    stored.expires = expires;
    this.#expiry.update(stored);
    stored.source?.update(stored);
  }

  remove(stored: StoredValue): void {
    stored.key.remove(stored);
    this.#unbook(stored);
  }

  /** The next value that has expired, taken out of its key. */
  takeDue(): StoredValue | undefined {
    const stored = this.#expiry.takeDue();
    if (stored !== undefined) this.remove(stored);
    return stored;
  }

  /** What has to go because others hold more than that here: the heaviest user's value that expires next. */
  firstToGo(maxBytes: number, maxValues: number): StoredValue | undefined {
    const isTooMuch = this.#remoteBytes > maxBytes || this.#remoteValues > maxValues;
    return isTooMuch ? this.#sources.firstToGo : undefined;
  }

  close(): void {
    this.#expiry.close();
  }

  #book(stored: StoredValue): void {
    this.#count(stored, 1);
    this.#sources.add(stored);
    this.#expiry.add(stored);
  }

  #unbook(stored: StoredValue): void {
    this.#count(stored, -1);
    this.#sources.remove(stored);
    this.#expiry.remove(stored);
  }

  #count({ value, source }: StoredValue, sign: 1 | -1): void {
    if (source === undefined) {
      this.#localValues += sign;
      this.#localBytes += sign * heldBytes(value);
    } else {
      this.#remoteValues += sign;
      this.#remoteBytes += sign * heldBytes(value);
    }
  }
}
