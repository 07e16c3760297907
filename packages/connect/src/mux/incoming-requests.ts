/** A channel that the other side asks for. */
export interface IncomingChannel {
  readonly name: string;
  readonly number: number;
}

/** Decides about a channel that the other side asks for. Whatever it throws is a no. */
export type AcceptChannel = (request: IncomingChannel) => boolean | Promise<boolean>;

/** Requests of the other side, while the application thinks about them. */
export class IncomingRequests {
  readonly #accept: AcceptChannel;
  /** Numbers asked for, and whether they are still wanted. */
  readonly #pending = new Map<number, { isWanted: boolean }>();

  constructor(accept: AcceptChannel) {
    this.#accept = accept;
  }

  get size(): number {
    return this.#pending.size;
  }

  has(number: number): boolean {
    return this.#pending.has(number);
  }

  /** The other side has given up waiting. */
  cancel(number: number): void {
    const entry = this.#pending.get(number);
    if (entry !== undefined) entry.isWanted = false;
  }

  clear(): void {
    for (const entry of this.#pending.values()) entry.isWanted = false;
    this.#pending.clear();
  }

  /** Calls `decided` once: in this turn, if the application knows at once. */
  decide(request: IncomingChannel, decided: (isAccepted: boolean) => void): void {
    const entry = { isWanted: true };
    this.#pending.set(request.number, entry);
    const settle = (isAccepted: boolean): void => {
      if (this.#pending.get(request.number) !== entry) return; // the link is over
      this.#pending.delete(request.number);
      decided(isAccepted && entry.isWanted);
    };
    const verdict = this.#ask(request);
    if (typeof verdict === "boolean") settle(verdict);
    else verdict.then(settle, () => settle(false));
  }

  #ask(request: IncomingChannel): boolean | Promise<boolean> {
    try {
      return this.#accept(request);
    } catch {
      return false;
    }
  }
}
