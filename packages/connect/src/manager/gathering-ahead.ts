import type { Scheduler, Timer } from "@hashmere/dht";
import type { IceRole } from "../ice/index.ts";
import type { Layers, PathFinder } from "./layers.ts";

/** Sessions that gather before it is known whether they are needed, one per device; further ones begin when it is. */
export const MAX_GATHERING_AHEAD = 4;
/** Addresses that nobody was told by then may be out of date. */
const KEPT_MS = 5000;

/** Begins to gather addresses while the certificate of the other side is still looked for: both take round trips. */
export class GatheringAhead {
  readonly #role: IceRole;
  readonly #layers: Layers;
  readonly #scheduler: Scheduler;
  readonly #devices = new Set<string>();

  constructor(role: IceRole, layers: Layers, scheduler: Scheduler) {
    this.#role = role;
    this.#layers = layers;
    this.#scheduler = scheduler;
  }

  /** Undefined when there are enough, or one for this device. */
  begin(device: string): SessionAhead | undefined {
    if (this.#devices.size >= MAX_GATHERING_AHEAD || this.#devices.has(device)) return undefined;
    this.#devices.add(device);
    const { signal } = new AbortController(); // never aborted: whoever has the session closes it
    const session = this.#layers.openSession({ role: this.#role, signal });
    return new SessionAhead(session, this.#scheduler, () => this.#devices.delete(device));
  }
}

/** A session that gathers; disposed of, it ends, unless somebody has taken it. */
export class SessionAhead implements Disposable {
  readonly #session: PathFinder;
  readonly #settled: () => void;
  readonly #timer: Timer;
  #isSettled = false;

  constructor(session: PathFinder, scheduler: Scheduler, settled: () => void) {
    this.#session = session;
    this.#settled = settled;
    this.#timer = scheduler.at(scheduler.now() + KEPT_MS, () => this[Symbol.dispose]());
    session.gather().catch(() => {}); // whoever takes it sees it
  }

  /** From now on it is the taker's to end. Undefined when it has ended, or was taken before. */
  take(): PathFinder | undefined {
    return this.#settle() ? this.#session : undefined;
  }

  [Symbol.dispose](): void {
    if (this.#settle()) this.#session.close();
  }

  /** True the first time. */
  #settle(): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    this.#timer.cancel();
    this.#settled();
    return true;
  }
}
