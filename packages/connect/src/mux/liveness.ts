import type { Scheduler, Timer } from "@hashmere/dht";

/**
 * While data moves, the other side is asked whether it is there when nothing came for this long. Of a path that died in
 * one direction only, a second's worth may still come: with that and the time for an answer it is less than 5 s.
 */
const PROBE_IN_TRAFFIC_MS = 750;
/** The same on an idle link. */
const PROBE_IDLE_MS = 11_500;
/** How long an answer may take, when nothing else is on its way (DHTNet connection protocol, liveness). */
export const BEACON_TIMEOUT_MS = 3_000;
/** What a path is trusted to carry, for as long as nothing better was measured: the answer comes behind all data before it. */
const LOWEST_RATE_BYTES_PER_MS = 128;
/** Confirmations of fewer bytes tell nothing about the path's rate. */
const LEAST_MEASURED_BYTES = 64 * 1024;

export interface LivenessHost {
  readonly scheduler: Scheduler;
  sendBeacon(): void;
  /** Nothing came from the other side, although it was asked. */
  dead(afterMs: number): void;
}

interface Probe {
  readonly sentAt: number;
  readonly deadline: number;
  /** Bytes that had been sent before it. */
  readonly sentBytes: number;
}

/**
 * Notices that the path of a link is dead: in 5 s while data moves, in 15 s on an idle link. Asks by beacons, and takes
 * whatever comes as a sign of life. One timer, moved only when it would be late.
 */
export class Liveness {
  readonly #host: LivenessHost;
  readonly #waiting: ((isAlive: boolean) => void)[] = [];
  #timer: Timer | undefined;
  #heardAt: number;
  /** Since when data has moved that no answer covers. */
  #trafficSince: number | undefined;
  #probe: Probe | undefined;
  #sentBytes = 0;
  #confirmedBytes = 0;
  #confirmedAt: number;
  #rate = LOWEST_RATE_BYTES_PER_MS;
  #canAsk = false;
  #isDeaf = false;

  constructor(host: LivenessHost) {
    this.#host = host;
    this.#heardAt = host.scheduler.now();
    this.#confirmedAt = this.#heardAt;
  }

  /** Whether the other side answers beacons. */
  get canAsk(): boolean {
    return this.#canAsk;
  }

  set canAsk(canAsk: boolean) {
    this.#canAsk = canAsk;
    if (!canAsk) this.#forgetProbe();
    this.#arm();
  }

  /** Something came. */
  heard(): void {
    this.#heardAt = this.#host.scheduler.now();
    if (this.#probe === undefined) return;
    this.#trafficSince = undefined;
    this.#forgetProbe();
  }

  /** Data came or went; `sentBytes` of it went. */
  moved(sentBytes: number): void {
    this.#sentBytes += sentBytes;
    if (this.#trafficSince !== undefined) return;
    this.#trafficSince = this.#host.scheduler.now();
    this.#arm();
  }

  /** The answer to a beacon: all that was sent before the question has arrived. */
  answered(): void {
    const probe = this.#probe;
    if (probe !== undefined) this.#confirm(probe.sentBytes - this.#confirmedBytes);
  }

  /** The other side has read that much. */
  confirm(bytes: number): void {
    this.#confirm(Math.min(bytes, this.#sentBytes - this.#confirmedBytes));
  }

  /** Asks now. False when nothing came in time: then the link is dead. True as well when the other side can't be asked. */
  ask(timeoutMs: number): Promise<boolean> {
    if (!this.#canAsk || this.#isDeaf) return Promise.resolve(true);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#waiting.push(resolve);
    this.#ask(timeoutMs);
    return promise;
  }

  /** This side doesn't read for a while, so silence says nothing. */
  set isDeaf(isDeaf: boolean) {
    this.#isDeaf = isDeaf;
    this.#heardAt = this.#host.scheduler.now();
    this.#forgetProbe();
    this.#arm();
  }

  stop(): void {
    this.#canAsk = false;
    this.#timer?.cancel();
    this.#settle(false);
  }

  #ask(timeoutMs: number): void {
    const now = this.#host.scheduler.now();
    const wayMs = (this.#sentBytes - this.#confirmedBytes) / this.#rate;
    this.#probe = { sentAt: now, deadline: now + timeoutMs + wayMs, sentBytes: this.#sentBytes };
    this.#host.sendBeacon();
    this.#arm();
  }

  #confirm(bytes: number): void {
    const now = this.#host.scheduler.now();
    this.#confirmedBytes += bytes;
    if (bytes < LEAST_MEASURED_BYTES) return;
    this.#rate = Math.max(LOWEST_RATE_BYTES_PER_MS, bytes / Math.max(1, now - this.#confirmedAt));
    this.#confirmedAt = now;
  }

  #forgetProbe(): void {
    this.#probe = undefined;
    this.#settle(true);
  }

  #settle(isAlive: boolean): void {
    for (const resolve of this.#waiting.splice(0)) resolve(isAlive);
  }

  /** When something is to be done if nothing comes until then. */
  get #dueAt(): number {
    if (this.#probe !== undefined) return this.#probe.deadline;
    if (this.#trafficSince === undefined) return this.#heardAt + PROBE_IDLE_MS;
    return Math.max(this.#heardAt, this.#trafficSince) + PROBE_IN_TRAFFIC_MS;
  }

  #arm(): void {
    if (!this.#canAsk || this.#isDeaf) {
      this.#timer?.cancel();
      return;
    }
    const dueAt = this.#dueAt;
    if (this.#timer?.isPending && this.#timer.time <= dueAt) return;
    this.#timer?.cancel();
    this.#timer = this.#host.scheduler.at(dueAt, () => this.#onTime());
  }

  #onTime(): void {
    const now = this.#host.scheduler.now();
    if (now < this.#dueAt) this.#arm();
    else if (this.#probe === undefined) this.#ask(BEACON_TIMEOUT_MS);
    else this.#host.dead(now - this.#probe.sentAt);
  }
}
