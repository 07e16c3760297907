import { hash as digestOf } from "node:crypto";
import type { PublicKey } from "../keys/public-key.ts";
import { FairQueue } from "./fair-queue.ts";
import { VerdictCache } from "./verdict-cache.ts";

/** A signature to check. */
export interface VerificationRequest {
  readonly key: PublicKey;
  readonly data: Uint8Array;
  readonly signature: Uint8Array;
  /** Who caused the work, such as the address of a peer: each source has its own share of the queue. Default: "". */
  readonly source?: string;
}

/** `refused`: there was no room in the queue; nothing is known about the signature. */
export type VerificationOutcome = "valid" | "invalid" | "refused";

/** Bounds of the queue; defaults: {@link VERIFICATION_QUEUE_DEFAULTS}. */
export interface VerificationQueueOptions {
  /** Checks that wait. */
  readonly capacity?: number;
  /** Checks of one source that wait. */
  readonly capacityPerSource?: number;
  /** Checks at a time. They share a pool of four threads with DNS, files and signing: some are left to those. */
  readonly concurrency?: number;
  /** Outcomes that are remembered, some 100 bytes each. 0 remembers nothing. */
  readonly cacheCapacity?: number;
}

/** For a node on a machine with a few cores. */
export const VERIFICATION_QUEUE_DEFAULTS: Required<VerificationQueueOptions> = {
  capacity: 4096,
  capacityPerSource: 256,
  concurrency: 2,
  cacheCapacity: 16_384,
};

/** What a queue has done, and what it holds. */
export interface VerificationQueueStats {
  /** Checks done. */
  readonly verified: number;
  /** Questions answered from the cache, or by a check that was under way already. */
  readonly shared: number;
  /** Questions for which there was no room. */
  readonly refused: number;
  /** Checks that wait for their turn. */
  readonly waiting: number;
  /** Outcomes that are remembered. */
  readonly cached: number;
}

interface Waiting extends VerificationRequest {
  readonly digest: string;
  readonly resolve: (outcome: VerificationOutcome) => void;
}

/**
 * Checks signatures off the main thread without ever being swamped: the queue is bounded, takes turns between sources,
 * answers what it knows from a bounded cache, and checks the same signature only once at a time.
 */
export class VerificationQueue {
  readonly #options: Required<VerificationQueueOptions>;
  readonly #queue: FairQueue<Waiting>;
  readonly #cache: VerdictCache;
  readonly #underWay = new Map<string, Promise<VerificationOutcome>>();
  #running = 0;
  #verified = 0;
  #shared = 0;
  #refused = 0;

  constructor(options: VerificationQueueOptions = {}) {
    this.#options = { ...VERIFICATION_QUEUE_DEFAULTS, ...options };
    this.#queue = new FairQueue(this.#options.capacity, this.#options.capacityPerSource);
    this.#cache = new VerdictCache(this.#options.cacheCapacity);
  }

  /** Never rejects. The bytes must stay as they are until the answer is there. */
  verify(request: VerificationRequest): Promise<VerificationOutcome> {
    const digest = digestRequest(request);
    const known = this.#cache.get(digest);
    if (known !== undefined) {
      this.#shared++;
      return Promise.resolve(known ? "valid" : "invalid");
    }
    const pending = this.#underWay.get(digest);
    if (pending !== undefined) {
      this.#shared++;
      return pending;
    }
    return this.#enqueue(request, digest);
  }

  /** What the cache knows about a signature: undefined when it was never checked, or was forgotten. */
  known(request: VerificationRequest): boolean | undefined {
    return this.#cache.get(digestRequest(request));
  }

  stats(): VerificationQueueStats {
    return {
      verified: this.#verified,
      shared: this.#shared,
      refused: this.#refused,
      waiting: this.#queue.size,
      cached: this.#cache.size,
    };
  }

  #enqueue(request: VerificationRequest, digest: string): Promise<VerificationOutcome> {
    const { promise, resolve } = Promise.withResolvers<VerificationOutcome>();
    if (!this.#queue.push(request.source ?? "", { ...request, digest, resolve })) {
      this.#refused++;
      return Promise.resolve("refused");
    }
    this.#underWay.set(digest, promise);
    this.#startNext();
    return promise;
  }

  #startNext(): void {
    while (this.#running < this.#options.concurrency) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      this.#running++;
      void this.#check(next);
    }
  }

  async #check({ key, data, signature, digest, resolve }: Waiting): Promise<void> {
    const isValid = await key.checkSignature(data, signature);
    this.#running--;
    this.#verified++;
    this.#underWay.delete(digest);
    this.#cache.set(digest, isValid);
    resolve(isValid ? "valid" : "invalid");
    this.#startNext();
  }
}

/** Names a request: the key by its id, then the signature by its length and bytes, then the data. */
function digestRequest({ key, data, signature }: VerificationRequest): string {
  const id = key.longId();
  const bytes = Buffer.allocUnsafe(id.length + 4 + signature.length + data.length);
  bytes.set(id);
  bytes.writeUInt32BE(signature.length, id.length);
  bytes.set(signature, id.length + 4);
  bytes.set(data, id.length + 4 + signature.length);
  return digestOf("sha256", bytes, "base64");
}
