import type { InfoHash, Scheduler } from "@hashmere/dht/engine";
import type { PushTarget } from "../json/index.ts";
import type { PushEvent, Pusher } from "../push/index.ts";
import type { Job } from "./announce-pacer.ts";
import type { ClientAccount } from "./client-account.ts";
import type { ClientLedger } from "./client-ledger.ts";
import { Lifetime } from "./lifetime.ts";
import type { Share } from "./shares.ts";

/** What a commitment needs to be kept. */
export interface CommitmentOptions {
  readonly scheduler: Scheduler;
  readonly pusher: Pusher;
  readonly ledger: ClientLedger;
}

/** For whom something is done, and who hears of its end. */
export interface CommitmentParties {
  readonly key: InfoHash;
  readonly target: PushTarget;
  /** Undefined when an earlier run had been asked for it. */
  readonly account: ClientAccount | undefined;
  readonly onEnd: () => void;
}

/** Something that the proxy does at a key for a client who may be away, for a day after each time that it is asked. */
export abstract class Commitment implements Job {
  readonly key: InfoHash;
  protected readonly account: ClientAccount | undefined;
  readonly #ledger: ClientLedger;
  readonly #share: Share;
  readonly #lifetime: Lifetime;
  readonly #onEnd: () => void;
  #target: PushTarget;
  #isOver = false;

  /** @param share what it is counted as */
  constructor(
    share: Share,
    { scheduler, pusher, ledger }: CommitmentOptions,
    { key, target, account, onEnd }: CommitmentParties,
  ) {
    ledger.take(account, share);
    this.#share = share;
    this.#ledger = ledger;
    this.key = key;
    this.account = account;
    this.#target = target;
    this.#onEnd = onEnd;
    this.#lifetime = new Lifetime(
      scheduler,
      () => pusher.push(this.warning, this.#target),
      () => this.end(),
    );
  }

  /** Commitments of one group belong together; in it, each has a name of its own. */
  abstract get group(): string;
  abstract get name(): string;

  /** Where its client is told about it. */
  get target(): PushTarget {
    return this.#target;
  }

  /** Unix ms. */
  get endsAt(): number {
    return this.#lifetime.endsAt;
  }

  get isCancelled(): boolean {
    return this.#isOver;
  }

  /** Lets it last another day. */
  renew(target: PushTarget): void {
    this.#target = target;
    this.#lifetime.renew();
  }

  /** @param endsAt Unix ms */
  setEnd(endsAt: number): void {
    this.#lifetime.set(endsAt);
  }

  /** As a job of the pacer. */
  abstract start(onDone: (ok: boolean) => void): void;

  end(): void {
    if (this.#isOver) return;
    this.close();
    this.release();
    this.#ledger.giveBack(this.account, this.#share);
    this.#onEnd();
  }

  /** Stops its timers, without a word to anybody. */
  close(): void {
    this.#isOver = true;
    this.#lifetime.stop();
  }

  /** What its client is told before it ends. */
  protected abstract get warning(): PushEvent;

  /** Gives back what else it has taken. */
  protected release(): void {}
}
