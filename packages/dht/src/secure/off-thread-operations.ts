import { type PrivateKey, VerificationQueue, type VerificationRequest } from "@hashmere/crypto";
import type { SignatureOutcome } from "../node/index.ts";
import type { KeyOperations } from "./key-operations.ts";

/** Decryptions handed over at a time; other parts of the program need the thread too. */
const MAX_DECRYPTIONS_UNDER_WAY = 16;

/**
 * Key operations off the main thread.
 *
 * Signatures on values that others put here wait in a bounded queue of their own, so that a flood of them delays neither
 * the node nor what its user reads. Of the user's own reads, each has one operation under way at a time.
 */
export class OffThreadOperations implements KeyOperations {
  readonly #ofOthers = new VerificationQueue();
  readonly #ofOurs = new VerificationQueue({
    capacity: Number.POSITIVE_INFINITY,
    capacityPerSource: Number.POSITIVE_INFINITY,
  });
  readonly #waitingDecryptions: (() => void)[] = [];
  #decryptionsUnderWay = 0;

  verify(request: VerificationRequest, onOutcome: (outcome: SignatureOutcome) => void): void {
    const queue = request.source === undefined ? this.#ofOurs : this.#ofOthers;
    void queue.verify(request).then((outcome) => onOutcome(outcome === "refused" ? "busy" : outcome));
  }

  sign(key: PrivateKey, data: Uint8Array, onDone: (signature: Uint8Array | Error) => void): void {
    tell(key.sign(data), onDone);
  }

  decrypt(key: PrivateKey, cypher: Uint8Array, onDone: (data: Uint8Array | Error) => void): void {
    this.#waitingDecryptions.push(() =>
      tell(key.decrypt(cypher), (outcome) => {
        this.#decryptionsUnderWay--;
        this.#startDecryptions();
        onDone(outcome);
      }),
    );
    this.#startDecryptions();
  }

  #startDecryptions(): void {
    while (this.#decryptionsUnderWay < MAX_DECRYPTIONS_UNDER_WAY) {
      const start = this.#waitingDecryptions.shift();
      if (start === undefined) return;
      this.#decryptionsUnderWay++;
      start();
    }
  }
}

function tell<T>(promise: Promise<T>, onDone: (outcome: T | Error) => void): void {
  void promise
    .catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))))
    .then((outcome) => onDone(outcome));
}
