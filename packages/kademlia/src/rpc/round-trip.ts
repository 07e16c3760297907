/** Patience before anything was measured. */
const INITIAL_PATIENCE_MS = 1_000;
/** Below this, the pauses of a busy process would pass for losses. */
const MIN_PATIENCE_MS = 50;
const MAX_PATIENCE_MS = 2_500;

/** An answer is awaited for this many times the patience, within these limits. */
const TIMEOUT_IN_PATIENCES = 7;
const MIN_TIMEOUT_MS = 500;
/** rpcudp's fixed timeout. */
const MAX_TIMEOUT_MS = 5_000;

const MAX_BACKOFF = 8;

/**
 * How long to wait, learned from how long answers took: smoothed round-trip time and deviation as TCP keeps them
 * (RFC 6298), one estimate for the whole network.
 *
 * Patience is after how long an answer counts as late: a lookup goes on without it and the request is sent again. The
 * timeout is after how long it is given up.
 */
export class RoundTrip {
  #smoothedMs: number | undefined;
  #deviationMs = 0;
  #backoff = 1;
  /** When an answer was last measured. Before the first, the initial patience is long enough. */
  #measuredAt = Number.POSITIVE_INFINITY;
  #backedOffAt = Number.NEGATIVE_INFINITY;

  get patienceMs(): number {
    const measured = this.#smoothedMs === undefined ? INITIAL_PATIENCE_MS : this.#smoothedMs + 4 * this.#deviationMs;
    return Math.min(Math.max(measured, MIN_PATIENCE_MS) * this.#backoff, MAX_PATIENCE_MS);
  }

  get timeoutMs(): number {
    return Math.min(Math.max(this.patienceMs * TIMEOUT_IN_PATIENCES, MIN_TIMEOUT_MS), MAX_TIMEOUT_MS);
  }

  /**
   * An answer to a request that was sent once has come. (After a second sending, nobody can tell which one it answers.)
   * Times in monotonic ms.
   */
  measured(sentAt: number, answeredAt: number): void {
    const elapsedMs = answeredAt - sentAt;
    this.#backoff = 1;
    this.#measuredAt = answeredAt;
    if (this.#smoothedMs === undefined) {
      this.#smoothedMs = elapsedMs;
      this.#deviationMs = elapsedMs / 2;
      return;
    }
    this.#deviationMs += (Math.abs(elapsedMs - this.#smoothedMs) - this.#deviationMs) / 4;
    this.#smoothedMs += (elapsedMs - this.#smoothedMs) / 8;
  }

  /**
   * An answer is late. If nobody has answered since it was asked for, the whole network has become slow: wait longer, but
   * draw that conclusion once for all that was asked at the same time.
   */
  late(sentAt: number, now: number): void {
    if (this.#measuredAt >= sentAt || this.#backedOffAt > sentAt) return;
    this.#backoff = Math.min(this.#backoff * 2, MAX_BACKOFF);
    this.#backedOffAt = now;
  }
}
