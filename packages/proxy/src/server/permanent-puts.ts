// Source: OpenDHT REST proxy, permanent puts.
import { type InfoHash, type RandomSource, randomId64, type Value } from "@hashmere/dht/engine";
import { lengthOf, type PushTarget } from "../json/index.ts";
import type { PushEvent } from "../push/index.ts";
import type { AnnouncePacer } from "./announce-pacer.ts";
import type { ClientAccount } from "./client-account.ts";
import { Commitment, type CommitmentOptions, type CommitmentParties } from "./commitment.ts";
import { Commitments } from "./commitments.ts";

/** Permanent puts under one key: no node of the network holds more. */
export const MAX_PUTS_PER_KEY = 1_024;
const SHARE = "permanent puts";

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

export interface PermanentPutsOptions extends CommitmentOptions {
  readonly node: Announcer;
  readonly random: RandomSource;
  readonly pacer: AnnouncePacer;
  /** Something has changed that should be saved. */
  readonly onChange: () => void;
}

/** Values that the proxy goes on announcing for clients who are away, for a day after each time they ask. */
export class PermanentPuts {
  readonly #options: PermanentPutsOptions;
  /** By key, then by the value's id. */
  readonly #puts: Commitments<PermanentPut>;

  constructor(options: PermanentPutsOptions) {
    this.#options = options;
    this.#puts = new Commitments({ ...options, share: SHARE });
  }

  /** Values kept. */
  get size(): number {
    return this.#puts.size;
  }

  /** Keys that have at least one of them. */
  get keys(): number {
    return this.#puts.groups;
  }

  has(key: InfoHash, id: bigint): boolean {
    return this.#find(key, id) !== undefined;
  }

  /** Whether as many are kept there as may be. */
  isFullAt(key: InfoHash): boolean {
    return this.#puts.sizeOf(`${key}`) >= MAX_PUTS_PER_KEY;
  }

  /**
   * Lets a value that is kept already last another day: the very same under its id or, where none is given, one of the same
   * content by the same client. It is announced anyhow: clients who come back after a restart, all at once, cost the network
   * nothing. Undefined if there is none, or it is not known that somebody takes it.
   */
  renewEqual(key: InfoHash, value: Value, target: PushTarget): Value | undefined {
    const put = value.id === 0n ? this.#findEqual(key, value, target) : this.#find(key, value.id);
    if (put === undefined || (value.id !== 0n && !put.isGoodFor(value))) return undefined;
    put.renewFor(target);
    this.#options.onChange();
    return put.value;
  }

  /**
   * Announces a value, again and again. One that is kept already under that id gives way to it.
   * Resolves with what is announced, or undefined when nobody takes it (it goes on being tried).
   */
  async put(key: InfoHash, given: Value, target: PushTarget, account: ClientAccount): Promise<Value | undefined> {
    const value = given.id === 0n ? given.withId(randomId64(this.#options.random)) : given;
    const put = this.#find(key, value.id) ?? this.#add(key, value, target, account);
    put.replace(value);
    put.renewFor(target);
    this.#options.onChange();
    return (await put.announce()) ? value : undefined;
  }

  /** Ends a put of the client who made it. False when there is none. */
  cancel(key: InfoHash, id: bigint, target: PushTarget): boolean {
    const put = this.#find(key, id);
    if (!put?.isBy(target)) return false;
    put.end();
    return true;
  }

  /** Those of one key one behind the other, and each as it is when it is looked at: copying many takes a while. */
  saved(): readonly SavedPut[] {
    return this.#puts.all;
  }

  /** Takes up what an earlier run had, little by little. */
  restore(saved: Iterable<SavedPut>): void {
    this.#puts.restore(saved, ({ key, value, target }) => {
      if (this.#find(key, value.id)) return undefined;
      const put = this.#add(key, value, target, undefined);
      put.replace(value);
      return put;
    });
  }

  /** Stops all timers; the node's own end ends the announcements. */
  close(): void {
    this.#puts.close();
  }

  #findEqual(key: InfoHash, value: Value, target: PushTarget): PermanentPut | undefined {
    return this.#puts.of(`${key}`).find((put) => put.isBy(target) && put.value.contentEquals(value));
  }

  #find(key: InfoHash, id: bigint): PermanentPut | undefined {
    return this.#puts.find(`${key}`, `${id}`);
  }

  #add(key: InfoHash, value: Value, target: PushTarget, account: ClientAccount | undefined): PermanentPut {
    const onEnd = () => this.#puts.remove(put);
    const put = new PermanentPut(this.#options, value, { key, target, account, onEnd });
    this.#puts.add(put);
    return put;
  }
}

class PermanentPut extends Commitment {
  readonly #options: PermanentPutsOptions;
  #value: Value;
  #countedBytes = 0;
  /** Whether nobody has said yet, or said last, that it takes the value. What an earlier run had announced only waits its turn. */
  #isUncertain = false;
  #announcement: { cancel(): void } | undefined;

  constructor(options: PermanentPutsOptions, value: Value, parties: CommitmentParties) {
    super(SHARE, options, parties);
    this.#options = options;
    this.#value = value;
  }

  get group(): string {
    return `${this.key}`;
  }

  get name(): string {
    return `${this.#value.id}`;
  }

  get value(): Value {
    return this.#value;
  }

  isBy({ token, clientId }: PushTarget): boolean {
    return this.target.token === token && this.target.clientId === clientId;
  }

  /** Whether that is the very value which is announced, and taken. */
  isGoodFor(value: Value): boolean {
    return !this.#isUncertain && Buffer.compare(this.#value.getPacked(), value.getPacked()) === 0;
  }

  replace(value: Value): void {
    this.#value = value;
    this.#countBytes(value.size + lengthOf(this.target));
  }

  /** Whoever knows the id of a put may change its session, and nothing else about where its pushes go. */
  renewFor({ sessionId }: PushTarget): void {
    this.renew(sessionId === "" ? this.target : { ...this.target, sessionId });
  }

  /** Resolves with whether somebody has taken it. */
  async announce(): Promise<boolean> {
    const announcement = this.#options.node.put(this.key, this.#value, { permanent: true });
    this.#announcement = announcement;
    this.#isUncertain = true;
    const { ok } = await announcement;
    this.#isUncertain = !ok;
    return ok;
  }

  /** A failure is the pacer's to try again, not the node's. */
  start(onDone: (ok: boolean) => void): void {
    void this.announce().then((ok) => {
      if (!ok && !this.isCancelled) this.#announcement?.cancel();
      onDone(ok);
    });
  }

  protected get warning(): PushEvent {
    return { kind: "timeout", key: this.key, valueId: this.#value.id };
  }

  protected override release(): void {
    this.#countBytes(0);
    this.#announcement?.cancel();
  }

  #countBytes(bytes: number): void {
    this.#options.ledger.addPermanent(this.account, bytes - this.#countedBytes);
    this.#countedBytes = bytes;
  }
}
