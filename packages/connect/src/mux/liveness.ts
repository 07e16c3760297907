import type { Scheduler, Timer } from "@hashmere/dht";

/** While data moves, the other side is asked whether it is there when there was no sign of life for this long. */
const PROBE_IN_TRAFFIC_MS = 750;
/** The same on an idle link. */
const PROBE_IDLE_MS = 11_500;
/** How long an answer may take, when nothing else is on its way (DHTNet connection protocol, liveness). */
export const BEACON_TIMEOUT_MS = 3_000;
/** What a path is trusted to carry, for as long as nothing better was measured: the answer comes behind all data before it. */
const LOWEST_RATE_BYTES_PER_MS = 128;
/** Confirmations of fewer bytes tell nothing about the path's rate. */
const LEAST_MEASURED_BYTES = 64 * 1024;
/** When as much has come since the question, the answer may well stand behind more of it. */
const BUSY_BYTES = 4 * 1024;
/** A timer that is as late tells that this program was held up: what came meanwhile is still unread, and gets as long to be read. */
const HELD_UP_MS = 500;

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
 * Notices that the path of a link is dead: in 5 s while data moves, in 15 s on an idle link. Asks by beacons. One timer,
 * moved only when it would be late.
 *
 * A path may die in one direction, with words of the other side still coming for as long as it doesn't notice. So of peers
 * that are known to answer at once, answers count, and what tells that something of ours has arrived. Of others, whatever
 * comes is a sign of life.
 */
export class Liveness {
  readonly #host: LivenessHost;
  readonly #waiting: ((isAlive: boolean) => void)[] = [];
  #timer: Timer | undefined;
  /** Of the last sign of life. */
  #aliveAt: number;
  /** Since when data has moved that no answer covers. */
  #trafficSince: number | undefined;
  #probe: Probe | undefined;
  #sentBytes = 0;
  #confirmedBytes = 0;
  #confirmedAt: number;
  #rate = LOWEST_RATE_BYTES_PER_MS;
  #canAsk = false;
  #isDeaf = false;
  #heardSinceProbe = 0;
  #isAnswerCertain = false;

  constructor(host: LivenessHost) {
    this.#host = host;
    this.#aliveAt = host.scheduler.now();
    this.#confirmedAt = this.#aliveAt;
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

  /** The other side answers at once, whatever else it does, or says itself that it can't for now. */
  set isAnswerCertain(isCertain: boolean) {
    this.#isAnswerCertain = isCertain;
  }

  /** Something came. */
  heard(bytes: number): void {
    this.#heardSinceProbe += bytes;
    const isBusy = this.#probe !== undefined && this.#heardSinceProbe >= BUSY_BYTES;
    if (isBusy || !this.#isAnswerCertain) this.vouched();
  }

  /** The other side lives, and hears us. */
  vouched(): void {
    this.#aliveAt = this.#host.scheduler.now();
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
    if (this.#probe === undefined) return;
    this.#confirm(this.#probe.sentBytes - this.#confirmedBytes);
    this.vouched();
  }

  /** The other side has read that much. */
  confirm(bytes: number): void {
    this.#confirm(Math.min(bytes, this.#sentBytes - this.#confirmedBytes));
    this.vouched();
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
    this.#aliveAt = this.#host.scheduler.now();
    this.#forgetProbe();
    this.#arm();
  }

  stop(): void {
    this.#canAsk = false;
    this.#timer?.cancel();
    this.#settle(false);
  }

  /** A question that waits for its answer already gets no more time by another. */
  #ask(timeoutMs: number): void {
    const now = this.#host.scheduler.now();
    const wayMs = (this.#sentBytes - this.#confirmedBytes) / this.#rate;
    const deadline = now + timeoutMs + wayMs;
    if (this.#probe !== undefined) this.#probe = { ...this.#probe, deadline: Math.min(this.#probe.deadline, deadline) };
    else {
      this.#heardSinceProbe = 0;
      this.#probe = { sentAt: now, deadline, sentBytes: this.#sentBytes };
      this.#host.sendBeacon();
    }
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
    if (this.#trafficSince === undefined) return this.#aliveAt + PROBE_IDLE_MS;
    return Math.max(this.#aliveAt, this.#trafficSince) + PROBE_IN_TRAFFIC_MS;
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
    const lateMs = now - this.#dueAt;
    if (lateMs < 0) this.#arm();
    else if (this.#probe === undefined) this.#ask(BEACON_TIMEOUT_MS);
    else if (lateMs < HELD_UP_MS) this.#host.dead(now - this.#probe.sentAt);
    else {
      this.#probe = { ...this.#probe, deadline: now + HELD_UP_MS };
      this.#arm();
    }
  }
}
