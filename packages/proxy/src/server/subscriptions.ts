// Source: OpenDHT REST proxy, push subscriptions.

import type { InfoHash, ListenEvent, Scheduler, Timer, Value } from "@hashmere/dht/engine";
import type { PushTarget } from "../json/index.ts";
import type { Pusher } from "../push/index.ts";
import type { AnnouncePacer, Job } from "./announce-pacer.ts";
import type { ClientAccount, ClientLedger } from "./client-ledger.ts";
import { Lifetime } from "./lifetime.ts";

/** What happens to one key within that time goes out in one push. */
export const GATHERING_MS = 20;

/** A subscription as it is kept over restarts. */
export interface SavedSubscription {
  readonly key: InfoHash;
  readonly target: PushTarget;
  /** Unix ms. */
  readonly endsAt: number;
}

/** What hears of values: a DhtRunner, or something like it. */
export interface Ear {
  listen(key: InfoHash): AsyncIterable<ListenEvent<Value>> & { readonly ready: Promise<void>; cancel(): void };
  isRunning(): boolean;
}

export interface SubscriptionsOptions {
  readonly node: Ear;
  readonly scheduler: Scheduler;
  readonly pusher: Pusher;
  readonly pacer: AnnouncePacer;
  readonly ledger: ClientLedger;
  readonly maxSubscriptions: number;
  /** Something has changed that should be saved. */
  readonly onChange: () => void;
}

/** Who is told by push what happens under which keys, for a day after each time they ask. */
export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  /** By token, then by key and client id. */
  readonly #byToken = new Map<string, Map<string, Subscription>>();
  #size = 0;

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#size;
  }

  /** Distinct tokens. */
  get tokens(): number {
    return this.#byToken.size;
  }

  get isFull(): boolean {
    return this.#size >= this.#options.maxSubscriptions;
  }

  /** Lets a subscription last another day, with the session, platform and topic of now. False when there is none. */
  renew(key: InfoHash, target: PushTarget): boolean {
    const subscription = this.#byToken.get(target.token)?.get(nameOf(key, target.clientId));
    if (subscription === undefined) return false;
    subscription.renew(target);
    this.#options.onChange();
    return true;
  }

  add(key: InfoHash, target: PushTarget, account: ClientAccount): void {
    const subscription = this.#add(key, target, account);
    subscription.renew(target);
    void subscription.listen();
    this.#options.onChange();
  }

  /** Harmless when there is no such subscription. */
  remove(key: InfoHash, { token, clientId }: PushTarget): void {
    this.#byToken.get(token)?.get(nameOf(key, clientId))?.end();
  }

  /** The device, or the endpoint, exists no more. */
  removeToken(token: string): void {
    for (const subscription of [...(this.#byToken.get(token)?.values() ?? [])]) subscription.end();
  }

  *saved(): Generator<SavedSubscription> {
    for (const subscriptions of this.#byToken.values()) {
      for (const { key, target, endsAt } of subscriptions.values()) yield { key, target, endsAt };
    }
  }

  /** Takes up what an earlier run had, little by little. */
  restore(saved: Iterable<SavedSubscription>): void {
    const jobs: Job[] = [];
    for (const { key, target, endsAt } of saved) {
      if (this.isFull) break;
      if (this.#byToken.get(target.token)?.has(nameOf(key, target.clientId))) continue; // somebody has asked for it already
      const subscription = this.#add(key, target, undefined);
      subscription.setEnd(endsAt);
      jobs.push(subscription);
    }
    this.#options.pacer.add(jobs);
  }

  /** Ends all listens without a word to anybody. */
  close(): void {
    for (const subscriptions of this.#byToken.values()) for (const each of subscriptions.values()) each.close();
  }

  #add(key: InfoHash, target: PushTarget, account: ClientAccount | undefined): Subscription {
    const subscription = new Subscription(this.#options, key, target, account, () => this.#remove(subscription));
    const subscriptions = this.#byToken.get(target.token) ?? new Map<string, Subscription>();
    subscriptions.set(nameOf(key, target.clientId), subscription);
    this.#byToken.set(target.token, subscriptions);
    this.#size++;
    return subscription;
  }

  #remove({ key, target }: Subscription): void {
    const subscriptions = this.#byToken.get(target.token);
    subscriptions?.delete(nameOf(key, target.clientId));
    if (subscriptions?.size === 0) this.#byToken.delete(target.token);
    this.#size--;
    this.#options.onChange();
  }
}

class Subscription implements Job {
  readonly key: InfoHash;
  readonly #options: SubscriptionsOptions;
  readonly #account: ClientAccount | undefined;
  readonly #lifetime: Lifetime;
  readonly #onEnd: () => void;
  /** Where news go: platform and topic as they were at first. */
  readonly #first: PushTarget;
  #target: PushTarget;
  #listener: ReturnType<Ear["listen"]> | undefined;
  #appeared: Value[] = [];
  #expired: Value[] = [];
  #gathering: Timer | undefined;
  #isOver = false;

  constructor(
    options: SubscriptionsOptions,
    key: InfoHash,
    target: PushTarget,
    account: ClientAccount | undefined,
    onEnd: () => void,
  ) {
    this.#options = options;
    this.key = key;
    this.#first = target;
    this.#target = target;
    this.#account = account;
    this.#onEnd = onEnd;
    this.#lifetime = new Lifetime(
      options.scheduler,
      () => options.pusher.push({ kind: "timeout", key }, this.#target),
      () => this.end(),
    );
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

  renew(target: PushTarget): void {
    this.#target = target;
    this.#lifetime.renew();
  }

  setEnd(endsAt: number): void {
    this.#lifetime.set(endsAt);
  }

  listen(): Promise<void> {
    const listener = this.#options.node.listen(this.key);
    this.#listener = listener;
    void this.#tell(listener);
    return listener.ready;
  }

  /** As a job of the pacer. */
  start(onDone: (ok: boolean) => void): void {
    void this.listen().then(() => onDone(true));
  }

  end(): void {
    if (this.#isOver) return;
    this.close();
    this.#options.ledger.endSubscription(this.#account);
    this.#onEnd();
  }

  close(): void {
    this.#isOver = true;
    this.#lifetime.stop();
    this.#gathering?.cancel();
    this.#listener?.cancel();
  }

  async #tell(listener: ReturnType<Ear["listen"]>): Promise<void> {
    const { scheduler, node } = this.#options;
    for await (const { value, expired } of listener) {
      // A node that ends tells the end of all it knew, which says nothing about the network.
      if (this.#isOver || !node.isRunning()) return;
      (expired ? this.#expired : this.#appeared).push(value);
      if (!this.#gathering?.isPending)
        this.#gathering = scheduler.at(scheduler.now() + GATHERING_MS, () => this.#push());
    }
  }

  #push(): void {
    const target = { ...this.#first, sessionId: this.#target.sessionId };
    const news = [
      { values: this.#appeared, expired: false },
      { values: this.#expired, expired: true },
    ];
    this.#appeared = [];
    this.#expired = [];
    for (const { values, expired } of news) {
      if (values.length > 0) this.#options.pusher.push({ kind: "values", key: this.key, values, expired }, target);
    }
  }
}

function nameOf(key: InfoHash, clientId: string): string {
  return `${key}${clientId}`;
}
