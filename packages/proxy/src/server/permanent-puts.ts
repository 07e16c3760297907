// Source: OpenDHT REST proxy, permanent puts.
import {
  type InfoHash,
  InfoHashMap,
  type RandomSource,
  randomId64,
  type Scheduler,
  type Value,
} from "@hashmere/dht/engine";
import type { PushTarget } from "../json/index.ts";
import type { Pusher } from "../push/index.ts";
import type { AnnouncePacer, Job } from "./announce-pacer.ts";
import type { ClientAccount, ClientLedger } from "./client-ledger.ts";
import { Lifetime } from "./lifetime.ts";

/** Permanent puts under one key: no node of the network holds more. */
export const MAX_PUTS_PER_KEY = 1_024;

/** A permanent put as it is kept over restarts. */
export interface SavedPut {
  readonly key: InfoHash;
  readonly value: Value;
  readonly target: PushTarget;
  /** Unix ms. */
  readonly endsAt: number;
}

/** What announces values: a DhtRunner, or a node of a testnet. */
export interface Announcer {
  put(
    key: InfoHash,
    value: Value,
    options: { readonly permanent: true },
  ): PromiseLike<{ readonly ok: boolean }> & { cancel(): void };
}

export interface PermanentPutsOptions {
  readonly node: Announcer;
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly pusher: Pusher;
  readonly pacer: AnnouncePacer;
  readonly ledger: ClientLedger;
  readonly maxPuts: number;
  /** Something has changed that should be saved. */
  readonly onChange: () => void;
}

/** Values that the proxy goes on announcing for clients who are away, for a day after each time they ask. */
export class PermanentPuts {
  readonly #options: PermanentPutsOptions;
  readonly #byKey: InfoHashMap<Map<bigint, PermanentPut>>;
  #size = 0;

  constructor(options: PermanentPutsOptions) {
    this.#options = options;
    this.#byKey = new InfoHashMap(options.random.uint32());
  }

  /** Values kept. */
  get size(): number {
    return this.#size;
  }

  /** Keys that have at least one of them. */
  get keys(): number {
    return this.#byKey.size;
  }

  get isFull(): boolean {
    return this.#size >= this.#options.maxPuts;
  }

  /** Whether a value can be kept there: one that is there already can always be replaced. */
  hasRoomAt(key: InfoHash, id: bigint): boolean {
    const puts = this.#byKey.get(key);
    return puts?.has(id) || (!this.isFull && (puts?.size ?? 0) < MAX_PUTS_PER_KEY);
  }

  /** The put of the same content by the same client, which then lasts another day; undefined if there is none. */
  renewEqual(key: InfoHash, value: Value, target: PushTarget): Value | undefined {
    for (const put of this.#byKey.get(key)?.values() ?? []) {
      if (!put.isBy(target) || !put.value.contentEquals(value)) continue;
      put.renew(target.sessionId);
      this.#options.onChange();
      return put.value;
    }
    return undefined;
  }

  /**
   * Announces a value, again and again. One that is kept already under that id gives way to it.
   * Resolves with what is announced, or undefined when nobody takes it (it goes on being tried).
   */
  async put(key: InfoHash, given: Value, target: PushTarget, account: ClientAccount): Promise<Value | undefined> {
    const value = given.id === 0n ? given.withId(randomId64(this.#options.random)) : given;
    const put = this.#byKey.get(key)?.get(value.id) ?? this.#add(key, value, target, account);
    put.replace(value);
    put.renew(target.sessionId);
    this.#options.onChange();
    return (await put.announce()) ? value : undefined;
  }

  /** Ends a put of the client who made it. False when there is none. */
  cancel(key: InfoHash, id: bigint, target: PushTarget): boolean {
    const put = this.#byKey.get(key)?.get(id);
    if (put === undefined || !put.isBy(target)) return false;
    put.end();
    return true;
  }

  *saved(): Generator<SavedPut> {
    for (const [key, puts] of this.#byKey) {
      for (const { value, target, endsAt } of puts.values()) yield { key, value, target, endsAt };
    }
  }

  /** Takes up what an earlier run had, little by little. */
  restore(saved: Iterable<SavedPut>): void {
    const jobs: Job[] = [];
    for (const { key, value, target, endsAt } of saved) {
      if (this.isFull) break;
      if (this.#byKey.get(key)?.has(value.id)) continue; // somebody has asked for it already
      const put = this.#add(key, value, target, undefined);
      put.replace(value);
      put.setEnd(endsAt);
      jobs.push(put);
    }
    this.#options.pacer.add(jobs);
  }

  /** Stops all timers; the node's own end ends the announcements. */
  close(): void {
    for (const puts of this.#byKey.values()) for (const put of puts.values()) put.close();
  }

  #add(key: InfoHash, value: Value, target: PushTarget, account: ClientAccount | undefined): PermanentPut {
    const put = new PermanentPut(this.#options, key, value, target, account, () => this.#remove(put));
    const puts = this.#byKey.get(key) ?? new Map<bigint, PermanentPut>();
    puts.set(value.id, put);
    this.#byKey.set(key, puts);
    this.#size++;
    return put;
  }

  #remove(put: PermanentPut): void {
    const puts = this.#byKey.get(put.key);
    puts?.delete(put.value.id);
    if (puts?.size === 0) this.#byKey.delete(put.key);
    this.#size--;
    this.#options.onChange();
  }
}

class PermanentPut implements Job {
  readonly key: InfoHash;
  readonly #options: PermanentPutsOptions;
  readonly #account: ClientAccount | undefined;
  readonly #lifetime: Lifetime;
  readonly #onEnd: () => void;
  #value: Value;
  #target: PushTarget;
  #countedBytes = 0;
  #announcement: { cancel(): void } | undefined;
  #isOver = false;

  constructor(
    options: PermanentPutsOptions,
    key: InfoHash,
    value: Value,
    target: PushTarget,
    account: ClientAccount | undefined,
    onEnd: () => void,
  ) {
    this.#options = options;
    this.key = key;
    this.#value = value;
    this.#target = target;
    this.#account = account;
    this.#onEnd = onEnd;
    this.#lifetime = new Lifetime(
      options.scheduler,
      () => options.pusher.push({ kind: "timeout", key, valueId: this.#value.id }, this.#target),
      () => this.end(),
    );
  }

  get value(): Value {
    return this.#value;
  }

  get target(): PushTarget {
    return this.#target;
  }

  get endsAt(): number {
    return this.#lifetime.endsAt;
  }

  get isCancelled(): boolean {
    return this.#isOver;
  }

  isBy({ token, clientId }: PushTarget): boolean {
    return this.#target.token === token && this.#target.clientId === clientId;
  }

  replace(value: Value): void {
    this.#value = value;
    this.#countBytes(value.size);
  }

  /** Whoever knows the id of a put may change its session, and nothing else about where its pushes go. */
  renew(sessionId: string): void {
    if (sessionId !== "") this.#target = { ...this.#target, sessionId };
    this.#lifetime.renew();
  }

  setEnd(endsAt: number): void {
    this.#lifetime.set(endsAt);
  }

  /** Resolves with whether somebody has taken it. */
  async announce(): Promise<boolean> {
    const announcement = this.#options.node.put(this.key, this.#value, { permanent: true });
    this.#announcement = announcement;
    const { ok } = await announcement;
    return ok;
  }

  /** As a job of the pacer: a failure is the pacer's to try again, not the node's. */
  start(onDone: (ok: boolean) => void): void {
    void this.announce().then((ok) => {
      if (!ok && !this.#isOver) this.#announcement?.cancel();
      onDone(ok);
    });
  }

  end(): void {
    if (this.#isOver) return;
    this.close();
    this.#countBytes(0);
    this.#announcement?.cancel();
    this.#onEnd();
  }

  close(): void {
    this.#isOver = true;
    this.#lifetime.stop();
  }

  #countBytes(bytes: number): void {
    this.#options.ledger.addPermanent(this.#account, bytes - this.#countedBytes);
    this.#countedBytes = bytes;
  }
}
