import { openReadyControl, type TurnControl } from "./turn-control.ts";
import type { TurnAddress, TurnServer } from "./turn-server.ts";

/** How long one is kept that nobody needs. Servers end connections without an allocation after a minute. */
const READY_LIFETIME_MS = 25_000;

interface Entry {
  /** From the moment on when it begins to be made. */
  readonly control: Promise<TurnControl>;
  readonly making: AbortController;
  readonly expiry: NodeJS.Timeout;
}

/**
 * Connections to a relay that are there before an allocation is needed, when one is likely to be: after the start of a
 * program, and after another one was used. They know the server's nonce already, so an allocation takes one round trip
 * instead of three.
 */
export class ReadyControls {
  readonly #entries = new Map<string, Entry>();

  /** Makes one ready for a relayed address of each family, where there is none. */
  prepare(address: TurnAddress, server: TurnServer): void {
    for (const family of [4, 6] as const) this.#prepare(keyOf(address, family), address, server);
  }

  /** Hands one over: it is the taker's to close. Undefined when there is none. */
  take(address: TurnAddress, family: 4 | 6): Promise<TurnControl> | undefined {
    const entry = this.#entries.get(keyOf(address, family));
    if (entry) this.#forget(entry);
    return entry?.control;
  }

  /** Closes all that nobody has taken. */
  clear(): void {
    for (const entry of [...this.#entries.values()]) this.#drop(entry);
  }

  #prepare(key: string, address: TurnAddress, server: TurnServer): void {
    if (this.#entries.has(key)) return;
    const making = new AbortController();
    const control = openReadyControl(address, server, making.signal);
    const expiry = setTimeout(() => this.#drop(entry), READY_LIFETIME_MS).unref();
    const entry = { control, making, expiry };
    this.#entries.set(key, entry);
    const forget = () => this.#forget(entry);
    control.then(({ connection }) => {
      connection.onClose = forget;
    }, forget);
  }

  #drop(entry: Entry): void {
    this.#forget(entry);
    entry.making.abort();
    entry.control.then(
      ({ connection }) => connection.close(),
      () => {}, // it was not made
    );
  }

  #forget(entry: Entry): void {
    clearTimeout(entry.expiry);
    for (const [key, other] of this.#entries) if (other === entry) this.#entries.delete(key);
  }
}

function keyOf({ address, port }: TurnAddress, relayed: 4 | 6): string {
  return `${address} ${port} ${relayed}`;
}
