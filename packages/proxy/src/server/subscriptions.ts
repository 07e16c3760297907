// Source: OpenDHT REST proxy, push subscriptions.
import type { InfoHash, ListenEvent, Timer, Value } from "@hashmere/dht/engine";
import type { PushTarget } from "../json/index.ts";
import type { PushEvent } from "../push/index.ts";
import type { AnnouncePacer } from "./announce-pacer.ts";
import type { ClientAccount } from "./client-account.ts";
import { Commitment, type CommitmentOptions, type CommitmentParties } from "./commitment.ts";
import { Commitments } from "./commitments.ts";

/** What happens to one key within that time goes out in one push. */
export const GATHERING_MS = 20;
const SHARE = "subscriptions";

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

export interface SubscriptionsOptions extends CommitmentOptions {
  readonly node: Ear;
  readonly pacer: AnnouncePacer;
  /** Something has changed that should be saved. */
  readonly onChange: () => void;
}

/** Who is told by push what happens under which keys, for a day after each time they ask. */
export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  /** By token, then by key and client id. */
  readonly #subscriptions: Commitments<Subscription>;

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
    this.#subscriptions = new Commitments({ ...options, share: SHARE });
  }

  get size(): number {
    return this.#subscriptions.size;
  }

  /** Distinct tokens. */
  get tokens(): number {
    return this.#subscriptions.groups;
  }

  /** Lets a subscription last another day, with the session, platform and topic of now. False when there is none. */
  renew(key: InfoHash, target: PushTarget): boolean {
    const subscription = this.#find(key, target);
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
  remove(key: InfoHash, target: PushTarget): void {
    this.#find(key, target)?.end();
  }

  /** The device, or the endpoint, exists no more. */
  removeToken(token: string): void {
    for (const subscription of this.#subscriptions.of(token)) subscription.end();
  }

  /** Those of one token one behind the other, and each as it is when it is looked at. */
  saved(): readonly SavedSubscription[] {
    return this.#subscriptions.all;
  }

  /** Takes up what an earlier run had, little by little. */
  restore(saved: Iterable<SavedSubscription>): void {
    this.#subscriptions.restore(saved, ({ key, target }) =>
      this.#find(key, target) ? undefined : this.#add(key, target, undefined),
    );
  }

  /** Ends all listens without a word to anybody. */
  close(): void {
    this.#subscriptions.close();
  }

  #find(key: InfoHash, { token, clientId }: PushTarget): Subscription | undefined {
    return this.#subscriptions.find(token, nameOf(key, clientId));
  }

  #add(key: InfoHash, target: PushTarget, account: ClientAccount | undefined): Subscription {
    const onEnd = () => this.#subscriptions.remove(subscription);
    const subscription = new Subscription(this.#options, { key, target, account, onEnd });
    this.#subscriptions.add(subscription);
    return subscription;
  }
}

class Subscription extends Commitment {
  readonly #options: SubscriptionsOptions;
  /** Where news go: platform and topic as they were at first. */
  readonly #first: PushTarget;
  #listener: ReturnType<Ear["listen"]> | undefined;
  #appeared: Value[] = [];
  #expired: Value[] = [];
  #gathering: Timer | undefined;

  constructor(options: SubscriptionsOptions, parties: CommitmentParties) {
    super(SHARE, options, parties);
    this.#options = options;
    this.#first = parties.target;
  }

  get group(): string {
    return this.target.token;
  }

  get name(): string {
    return nameOf(this.key, this.target.clientId);
  }

  listen(): Promise<void> {
    const listener = this.#options.node.listen(this.key);
    this.#listener = listener;
    // A node that acts through another proxy can't listen to as many keys as it likes.
    this.#tell(listener).catch(() => this.end());
    return listener.ready;
  }

  start(onDone: (ok: boolean) => void): void {
    void this.listen().then(() => onDone(true));
  }

  override close(): void {
    super.close();
    this.#gathering?.cancel();
    this.#listener?.cancel();
  }

  protected get warning(): PushEvent {
    return { kind: "timeout", key: this.key };
  }

  async #tell(listener: ReturnType<Ear["listen"]>): Promise<void> {
    const { scheduler, node } = this.#options;
    for await (const { value, expired } of listener) {
      // A node that ends tells the end of all it knew, which says nothing about the network.
      if (this.isCancelled || !node.isRunning()) return;
      (expired ? this.#expired : this.#appeared).push(value);
      if (!this.#gathering?.isPending)
        this.#gathering = scheduler.at(scheduler.now() + GATHERING_MS, () => this.#push());
    }
  }

  #push(): void {
    const target = { ...this.#first, sessionId: this.target.sessionId };
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
