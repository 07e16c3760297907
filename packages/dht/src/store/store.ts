import type { SockAddr } from "../address/index.ts";
import type { InfoHash } from "../id/index.ts";
import type { RandomSource } from "../random/index.ts";
import type { Peer } from "../routing/index.ts";
import { resolveLimit } from "../rpc/index.ts";
import { type Scheduler, throwLater } from "../scheduler/index.ts";
import {
  Field,
  heldBytes,
  type Query,
  type Refusal,
  refusalOfUpdate,
  type Value,
  type ValueTypeRegistry,
  Where,
} from "../value/index.ts";
import { Audience } from "./audience.ts";
import type { HeldValue } from "./held-value.ts";
import { type KeyListeners, keyListeners } from "./key-listeners.ts";
import { KeyTable } from "./key-table.ts";
import { Ledger } from "./ledger.ts";
import { Lifetimes } from "./lifetimes.ts";
import {
  DEFAULT_MAX_STORE_BYTES,
  DEFAULT_MAX_STORE_KEYS,
  DEFAULT_MAX_STORE_VALUES,
  MAX_VALUES_PER_KEY,
  type StoreLimits,
} from "./limits.ts";
import type { LocalListener } from "./local-listener.ts";
import { noRefusals, type RefusalCounts } from "./refusal-counts.ts";
import type { TellListener } from "./remote-listener.ts";
import { formatKey, formatStorage } from "./storage-log.ts";
import type { StoreStats } from "./store-stats.ts";
import type { StoredKey } from "./stored-key.ts";
import type { StoredValue } from "./stored-value.ts";

/** What a store is made of. */
export interface StoreOptions {
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly types: ValueTypeRegistry;
  readonly limits?: StoreLimits | undefined;
  /** Sends news to a remote listener: see `Rpc.update`. */
  readonly tellRemote: TellListener;
}

/** What became of a received value. Whatever it is, the put is acknowledged. */
export type PutResult = "stored" | "edited" | "refreshed" | "refused";

/**
 * Values held for ourselves and for others, and who wants to hear of them; one for both families.
 *
 * A value that came in, or was replaced, is first stored, then told to local and then to remote listeners.
 */
export class Store {
  #maxBytes: number;
  #maxLocalBytes: number;
  readonly #maxValues: number;
  readonly #scheduler: Scheduler;
  readonly #types: ValueTypeRegistry;
  readonly #lifetimes: Lifetimes;
  readonly #keys: KeyTable;
  readonly #ledger: Ledger;
  readonly #audience: Audience;
  readonly #refusals = noRefusals();

  constructor(options: StoreOptions) {
    const { scheduler, random, limits } = options;
    this.#maxBytes = resolveLimit(limits?.maxStoreSize, DEFAULT_MAX_STORE_BYTES);
    this.#maxLocalBytes = resolveLimit(limits?.maxLocalStoreSize, Number.POSITIVE_INFINITY);
    this.#maxValues = resolveLimit(limits?.maxStoreValues, DEFAULT_MAX_STORE_VALUES);
    this.#scheduler = scheduler;
    this.#types = options.types;
    this.#lifetimes = new Lifetimes(scheduler, options.types);
    this.#keys = new KeyTable(random.uint32(), resolveLimit(limits?.maxStoreKeys, DEFAULT_MAX_STORE_KEYS));
    this.#ledger = new Ledger(scheduler, () => this.#expireDue());
    this.#audience = new Audience(scheduler, this.#keys, options.tellRemote);
  }

  /** Bytes that may be held for others. Set as users write limits; a lower one takes effect with the next put. */
  get maxBytes(): number {
    return this.#maxBytes;
  }

  set maxBytes(limit: number) {
    this.#maxBytes = resolveLimit(limit, DEFAULT_MAX_STORE_BYTES);
  }

  /** Bytes of our own values. Set as users write limits. */
  get maxLocalBytes(): number {
    return this.#maxLocalBytes;
  }

  set maxLocalBytes(limit: number) {
    this.#maxLocalBytes = resolveLimit(limit, Number.POSITIVE_INFINITY);
  }

  get stats(): StoreStats {
    const { values, localValues, bytes, localBytes } = this.#ledger;
    return { keys: this.#keys.size, values, localValues, bytes, localBytes };
  }

  get refusals(): RefusalCounts {
    return this.#refusals;
  }

  /** Number of remote subscriptions. */
  get remoteListenerCount(): number {
    return this.#audience.remoteCount;
  }

  /** Whether nothing but its signature decides if a received value is kept: then check it before `putRemote`. */
  dependsOnSignature(key: InfoHash, value: Value): boolean {
    if (!value.isSigned()) return false;
    const oldValue = this.#keys.get(key)?.find(value.id)?.value;
    if (oldValue === undefined) return this.#types.get(value.type).isSecure;
    if (!oldValue.isSigned() || !this.#types.get(oldValue.type).isSecure) return false;
    return !oldValue.contentEquals(value) && refusalOfUpdate(oldValue, value) === undefined;
  }

  /**
   * A value that a peer put here. The policies of its type decide; its signature, if it depends on that, is right.
   *
   * @param created Unix ms; the future counts as now
   */
  putRemote(key: InfoHash, value: Value, created: number, peer: Peer, address: SockAddr): PutResult {
    const known = this.#keys.get(key)?.find(value.id);
    const from = peer.id;
    if (known === undefined) {
      const verdict = this.#ask(() => this.#types.get(value.type).storePolicy({ key, value, from, address }));
      if (typeof verdict === "string") return this.refuse(verdict);
      return this.#take(key, undefined, value, verdict, created, address) ? "stored" : "refused";
    }
    const oldValue = known.value;
    if (oldValue.contentEquals(value)) {
      this.#renew(known);
      return "refreshed";
    }
    const { editPolicy } = this.#types.get(oldValue.type);
    const verdict = this.#ask(() => editPolicy({ key, oldValue, newValue: value, from, address }));
    if (typeof verdict === "string") return this.refuse(verdict);
    return this.#take(key, known, value, verdict, created, address) ? "edited" : "refused";
  }

  /** Counts a received value that is not kept. */
  refuse(reason: Refusal): "refused" {
    this.#refusals[reason]++;
    return "refused";
  }

  /**
   * A value of our own. Replaces any other under its id, except that nothing but a signed value replaces a signed one: real
   * nodes don't survive being told of such a change.
   *
   * @param created Unix ms; the future counts as now
   * @param permanent lives until it is removed
   * @returns `full` when a limit is reached, `refused` when it has expired already or would replace a signed value
   */
  putLocal(key: InfoHash, value: Value, created: number, permanent: boolean): "stored" | "full" | "refused" {
    const known = this.#keys.get(key)?.find(value.id);
    if (known?.value.isSigned() && !value.isSigned()) return "refused";
    const createdAt = this.#lifetimes.createdAt(created);
    const expires = permanent ? Number.POSITIVE_INFINITY : this.#lifetimes.expiryOf(value, createdAt);
    if (expires <= this.#scheduler.now()) return "refused";
    const before = known?.source.isOwn ? known.bytes : 0;
    if (this.#ledger.localBytes - before + heldBytes(value) > this.maxLocalBytes) return "full";
    if (known === undefined) return this.#insert(key, value, createdAt, expires, undefined) ? "stored" : "full";
    this.#replace(known, value, createdAt, expires, undefined);
    return "stored";
  }

  /** The values under a key that match. */
  get(key: InfoHash, where: Where = Where.all): Value[] {
    const found: Value[] = [];
    const storedKey = this.#keys.get(key);
    if (storedKey === undefined) return found;
    const id = wantedId(where);
    if (id !== undefined) {
      const value = storedKey.find(id)?.value;
      if (value !== undefined && where.matches(value)) found.push(value);
      return found;
    }
    for (const { value } of storedKey.values()) if (where.isEmpty || where.matches(value)) found.push(value);
    return found;
  }

  /** How many values a `get` has to look at. */
  countToScan(key: InfoHash, where: Where = Where.all): number {
    return wantedId(where) === undefined ? (this.#keys.get(key)?.valueCount ?? 0) : 1;
  }

  /** How many remote listeners hear of what happens under a key. */
  countToTell(key: InfoHash): number {
    return this.#keys.get(key)?.remoteListeners.length ?? 0;
  }

  getById(key: InfoHash, id: bigint): Value | undefined {
    return this.#keys.get(key)?.find(id)?.value;
  }

  /**
   * Gives a value another lifetime, and tells remote listeners.
   *
   * @returns false when there is nothing at all under the key. An unknown value under a known key counts as done, as it does
   * with OpenDHT.
   */
  refresh(key: InfoHash, id: bigint): boolean {
    const storedKey = this.#keys.get(key);
    const known = storedKey?.find(id);
    if (known !== undefined) this.#renew(known);
    return storedKey !== undefined;
  }

  /** Takes a value out and tells listeners that it is gone. */
  remove(key: InfoHash, id: bigint): boolean {
    const storedKey = this.#keys.get(key);
    const known = storedKey?.find(id);
    if (storedKey === undefined || known === undefined) return false;
    this.#ledger.remove(known);
    this.#audience.tellExpired(storedKey, [known.value]);
    return true;
  }

  /** Takes all values under a key out, without telling anybody: others hold them now. */
  forget(key: InfoHash): void {
    const storedKey = this.#keys.get(key);
    if (storedKey === undefined) return;
    for (const stored of [...storedKey.values()]) this.#ledger.remove(stored);
    this.#keys.dropIfUnused(storedKey);
  }

  /** Calls with each new or edited value and, later, with it as expired. What is there already is not told. */
  addLocalListener(key: InfoHash, listener: LocalListener): { cancel(): void } {
    return this.#audience.addLocal(key, listener);
  }

  /**
   * Subscribes a peer, or renews its subscription with that socket id.
   *
   * @returns true for a new subscription, which should then be sent what is there already
   */
  addRemoteListener(key: InfoHash, peer: Peer, socketId: number, query: Query | undefined, version: 0 | 1): boolean {
    return this.#audience.addRemote(key, peer, socketId, query, version);
  }

  /** Ends subscriptions that weren't renewed; to be called every few minutes. */
  sweep(): void {
    this.#audience.sweep();
  }

  /** Every key under which there are values. */
  *keys(): IterableIterator<InfoHash> {
    for (const storedKey of this.#keys.values()) if (storedKey.valueCount > 0) yield storedKey.key;
  }

  /** Every key under which somebody listens, and no value is. */
  *awaitedKeys(): IterableIterator<InfoHash> {
    for (const storedKey of this.#keys.values()) if (storedKey.valueCount === 0) yield storedKey.key;
  }

  /** Who listens under a key. */
  listeners(key: InfoHash): KeyListeners {
    const storedKey = this.#keys.get(key);
    return storedKey === undefined ? { own: 0, others: 0, named: [] } : keyListeners(storedKey, this.#scheduler.now());
  }

  /** The values under a key with their times. */
  held(key: InfoHash): HeldValue[] {
    const storedKey = this.#keys.get(key);
    if (storedKey === undefined) return [];
    const offset = this.#lifetimes.wallOffset;
    return Array.from(storedKey.values(), ({ value, created, expires, source }) => ({
      value,
      created: created + offset,
      expires: expires + offset,
      source: source.address,
    }));
  }

  /**
   * Takes over a saved value: none is permanent, none lives longer than its type allows, policies aren't asked.
   *
   * @returns whether it was taken; not when it has expired, its id is taken, or a limit is reached
   */
  restore(key: InfoHash, { value, created, expires, source }: HeldValue): boolean {
    if (this.getById(key, value.id) !== undefined) return false;
    const createdAt = this.#lifetimes.createdAt(created);
    const expiresAt = Math.min(expires - this.#lifetimes.wallOffset, this.#lifetimes.expiryOf(value, createdAt));
    if (expiresAt <= this.#scheduler.now()) return false;
    if (source === undefined && this.#ledger.localBytes + heldBytes(value) > this.maxLocalBytes) return false;
    return this.#insert(key, value, createdAt, expiresAt, source);
  }

  /** Text on all that is stored, or on one key. */
  log(key?: InfoHash): string {
    if (key === undefined) return formatStorage(this.#keys.values(), this.#ledger.sources, this.stats, this);
    const storedKey = this.#keys.get(key);
    return storedKey === undefined ? `Storage ${key} empty\n` : formatKey(storedKey, this.#scheduler.now());
  }

  /** Stops the timer; nothing expires any more. */
  close(): void {
    this.#ledger.close();
  }

  /** What a policy says, which may be the user's: no, if it throws. */
  #ask<Decision>(policy: () => Decision): Decision | "ERR_POLICY" {
    try {
      return policy();
    } catch (error) {
      throwLater(this.#scheduler, error);
      return "ERR_POLICY";
    }
  }

  /** Stores what a policy said of a received value: itself, or another in its place. */
  #take(
    key: InfoHash,
    known: StoredValue | undefined,
    value: Value,
    verdict: true | Value,
    created: number,
    address: SockAddr,
  ): boolean {
    const taken = verdict === true ? value : verdict;
    const createdAt = this.#lifetimes.createdAt(created);
    const expires = this.#lifetimes.expiryOf(taken, createdAt);
    if (taken.id !== value.id || expires <= this.#scheduler.now()) return false;
    if (known === undefined) return this.#insert(key, taken, createdAt, expires, address);
    this.#replace(known, taken, createdAt, expires, address);
    return true;
  }

  #insert(key: InfoHash, value: Value, created: number, expires: number, from: SockAddr | undefined): boolean {
    const storedKey = this.#keys.open(key);
    if (storedKey === undefined || storedKey.valueCount >= MAX_VALUES_PER_KEY) return false;
    this.#ledger.insert(storedKey, value, created, expires, from);
    this.#audience.tellNews(storedKey, value);
    this.#makeRoom();
    return true;
  }

  #replace(known: StoredValue, value: Value, created: number, expires: number, from: SockAddr | undefined): void {
    const isNews = !known.value.equals(value);
    this.#ledger.replace(known, value, created, expires, from);
    if (isNews) this.#audience.tellNews(known.key, value);
    else this.#audience.tellRepetition(known.key, value);
    this.#makeRoom();
  }

  #renew(known: StoredValue): void {
    const now = this.#scheduler.now();
    this.#ledger.renew(known, now, Math.max(known.expires, this.#lifetimes.expiryOf(known.value, now)));
    this.#audience.tellRefreshed(known.key, known.id);
  }

  #makeRoom(): void {
    for (;;) {
      const stored = this.#ledger.firstToGo(this.maxBytes, this.#maxValues);
      if (stored === undefined) return;
      this.#ledger.remove(stored);
      this.#audience.tellExpired(stored.key, [stored.value]);
    }
  }

  /** Takes out all that has expired, and tells it key by key. */
  #expireDue(): void {
    const goneByKey = new Map<StoredKey, Value[]>();
    for (;;) {
      const stored = this.#ledger.takeDue();
      if (stored === undefined) break;
      const gone = goneByKey.get(stored.key);
      if (gone === undefined) goneByKey.set(stored.key, [stored.value]);
      else gone.push(stored.value);
    }
    for (const [key, values] of goneByKey) this.#audience.tellExpired(key, values);
  }
}

/** The id that all matching values have, if the conditions name one. */
function wantedId(where: Where): bigint | undefined {
  for (const { field, value } of where.restrictions) if (field === Field.Id) return value;
  return undefined;
}
