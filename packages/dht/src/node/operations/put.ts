import { DhtError } from "../../errors/index.ts";
import type { InfoHash } from "../../id/index.ts";
import { randomId64 } from "../../random/index.ts";
import type { Value } from "../../value/index.ts";
import type { NodeCore } from "../node-core.ts";
import { announceIn, NOT_ANNOUNCED, type PutOutcome } from "./announce.ts";
import type { Operation } from "./operation.ts";

export interface PutOptions {
  /** Go on announcing, to whoever is closest to the key, until it is cancelled. Default false. */
  readonly permanent?: boolean | undefined;
  /** When the value was made, Unix ms; the future counts as now. Default: now. */
  readonly created?: number | undefined;
  /** Give it to each node that is close as soon as that one answers, at the price of some nodes more. Default false. */
  readonly urgent?: boolean | undefined;
  /** Called once: for a permanent put when it was announced for the first time, for a cancelled one too. */
  onDone?(outcome: PutOutcome): void;
}

/** A put under way. */
export interface PutOperation extends Operation {
  /** The value's id; drawn by chance where the value had none. */
  readonly id: bigint;
  /** Stops announcing; a put that isn't over ends with `ok: false`. Remote copies live until they expire. */
  cancel(): void;
}

/** Keeps a value here, and announces it in the networks of all families. */
export class Put implements PutOperation {
  readonly id: bigint;
  readonly #core: NodeCore;
  readonly #key: InfoHash;
  readonly #value: Value;
  readonly #options: PutOptions;
  #isAnnouncing = false;

  constructor(core: NodeCore, key: InfoHash, value: Value, options: PutOptions) {
    this.#core = core;
    this.#key = key;
    this.#value = value.id === 0n ? value.withId(randomId64(core.random)) : value;
    this.#options = options;
    this.id = this.#value.id;
  }

  start(): void {
    const { scheduler, store, families, signedIds } = this.#core;
    const now = scheduler.wallClock();
    const created = Math.min(this.#options.created ?? now, now);
    const { permanent = false, urgent } = this.#options;
    if (this.#wouldReplaceSigned()) {
      const advice = "a signed value has this id: put under another id, or sign this value too";
      this.fail(new DhtError("ERR_UNSIGNED_EDIT", advice));
      return;
    }
    // Where our own quota is full, the networks may still take it.
    if (store.putLocal(this.#key, this.#value, created, permanent) === "refused") {
      this.fail(new DhtError("ERR_EXPIRED", "the value has expired already: give a later date of creation"));
      return;
    }
    if (this.#value.isSigned()) signedIds.add(this.#key, this.#value);
    this.#isAnnouncing = true;
    announceIn(families, this.#key, { value: this.#value, permanent, created, urgent }, (outcome) => {
      this.#isAnnouncing = permanent;
      this.#core.callUser(() => this.#options.onDone?.(outcome));
    });
  }

  cancel(): void {
    if (this.#isAnnouncing) this.#core.cancelPut(this.#key, this.id);
    this.#isAnnouncing = false;
  }

  /** Ends it before anybody was asked. */
  fail(error?: DhtError): void {
    this.#core.callUser(() => this.#options.onDone?.({ ...NOT_ANNOUNCED, error }));
  }

  /** Real nodes don't survive being told of a value without signature in place of a signed one. */
  #wouldReplaceSigned(): boolean {
    if (this.#value.isSigned()) return false;
    const { signedIds, store } = this.#core;
    return signedIds.has(this.#key, this.#value) || store.getById(this.#key, this.id)?.isSigned() === true;
  }
}
