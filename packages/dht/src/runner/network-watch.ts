import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import type { Scheduler, Timer } from "../scheduler/index.ts";

/** How often the addresses of this machine are looked at: a cable that is plugged in again is noticed within this time. */
export const WATCH_INTERVAL_MS = 1000;

/** Tells when the addresses of this machine have changed: a cable, another Wi-Fi, a VPN. */
export class NetworkWatch implements Disposable {
  readonly #scheduler: Scheduler;
  readonly #read: () => string;
  readonly #onChange: () => void;
  #seen: string;
  #timer: Timer | undefined;

  /** @param read the addresses, as a text that differs when they do */
  constructor(scheduler: Scheduler, onChange: () => void, read: () => string = readAddresses) {
    this.#scheduler = scheduler;
    this.#onChange = onChange;
    this.#read = read;
    this.#seen = read();
    this.#lookLater();
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
  }

  #lookLater(): void {
    this.#timer = this.#scheduler.at(this.#scheduler.now() + WATCH_INTERVAL_MS, () => {
      this.#lookLater();
      const now = this.#read();
      const hasChanged = now !== this.#seen;
      this.#seen = now;
      if (hasChanged) this.#onChange();
    });
  }
}

/**
 * Of the interfaces that work: one without a cable has none. Those that lead nowhere are left out: where containers come
 * and go, each brings a link-local one.
 */
function readAddresses(): string {
  return Object.values(networkInterfaces())
    .flatMap((addresses = []) => addresses.filter(leadsSomewhere).map(({ address }) => address))
    .sort()
    .join(" ");
}

function leadsSomewhere({ address, internal }: NetworkInterfaceInfo): boolean {
  return !internal && !/^(?:169\.254\.|fe[89ab])/i.test(address);
}
