import {
  combinedStatus,
  DhtError,
  type Family,
  InfoHash,
  type NodeStats,
  type NodeStatus,
  type RandomSource,
  type Scheduler,
  type SockAddr,
  type Timer,
  uniform,
} from "@hashmere/dht/engine";
import { CHECK_WHILE_WAITING_MS, MIN_CHECK_GAP_MS, RECHECK_CONNECTED_MS, RECHECK_DISCONNECTED_MS } from "./limits.ts";
import { isAbsence, unreachable } from "./proxy-failure.ts";
import type { ProxyHttp } from "./proxy-http.ts";
import { isAnotherProxy, type ProxyInfo, statsOf } from "./proxy-info.ts";
import { type LateLook, ProxyLooks, type Sight } from "./proxy-look.ts";

/** What a connection tells its owner. */
export interface ConnectionEvents {
  onStatus(status4: NodeStatus, status6: NodeStatus): void;
  /**
   * There is a proxy that is connected, after there was none, or another than before.
   * @param isAnother another node answers, or the same after a restart: what was remembered for us is lost
   */
  onConnected(isAnother: boolean): void;
  onPublicAddress(address: SockAddr): void;
  /** There is no proxy any more, and why. Told once, until there is one again. */
  onError(error: DhtError): void;
}

interface Candidate {
  readonly index: number;
  readonly info: ProxyInfo;
}

/** Somebody waits for an answer of a proxy, and could go to another. */
interface Waiting {
  readonly base: URL;
  /** Ends it, when nobody is there to answer. */
  readonly giveUp: AbortController;
}

/** What is done at which proxy, and how its end is told. */
export interface WaitingOptions {
  readonly base: URL;
  readonly signal: AbortSignal;
  /** There is another proxy to try: this one is left when it says nothing. Else it may be slow, and has all its time. */
  readonly canGoOver: boolean;
}

/** Which proxy is talked to, and how well it is connected to its network: looked at regularly, and when something fails. */
export class ProxyConnection {
  readonly #urls: readonly [URL, ...URL[]];
  readonly #looks: ProxyLooks;
  readonly #clock: Scheduler;
  readonly #random: RandomSource;
  readonly #events: ConnectionEvents;
  readonly #closing = new AbortController();
  readonly #waiting = new Set<Waiting>();
  /** When something came from a proxy the last time (monotonic ms). */
  readonly #heardAt = new Map<URL, number>();
  /** Ends the looks of the last round that weren't answered in time, and may still be. */
  #late: AbortController | undefined;
  #index = 0;
  /** The proxy that was connected last. */
  #connectedIndex: number | undefined;
  #info: ProxyInfo | undefined;
  #status4: NodeStatus = "connecting";
  #status6: NodeStatus = "connecting";
  #timer: Timer | undefined;
  #lastCheckAt = Number.NEGATIVE_INFINITY;
  #isChecking = false;
  #hasLooked = false;
  #isErrorTold = false;

  constructor(
    urls: readonly [URL, ...URL[]],
    http: ProxyHttp,
    { clock, random }: { readonly clock: Scheduler; readonly random: RandomSource },
    events: ConnectionEvents,
  ) {
    this.#urls = urls;
    this.#looks = new ProxyLooks(http, clock);
    this.#clock = clock;
    this.#random = random;
    this.#events = events;
  }

  /** The proxy to ask. */
  get base(): URL {
    return this.#urls[this.#index] ?? this.#urls[0];
  }

  /** All proxies, the one to ask first. */
  get candidates(): readonly URL[] {
    return [...this.#urls.slice(this.#index), ...this.#urls.slice(0, this.#index)];
  }

  /** Of the proxy's node, which stands for us; zero while no proxy has answered. */
  get nodeId(): InfoHash {
    return this.#info?.nodeId ?? InfoHash.zero;
  }

  /** Of the proxy's node; zeros while no proxy has answered. */
  stats(family: Family): NodeStats {
    return (family === 4 ? this.#info?.stats4 : this.#info?.stats6) ?? statsOf(undefined);
  }

  get publicAddress(): SockAddr | undefined {
    return this.#info?.publicAddress;
  }

  /** The proxy is one of ours, by what it tells: it sends heartbeats where it is asked for them. */
  get hasHeartbeats(): boolean {
    return this.#info?.instance !== undefined;
  }

  /** It has been seen how things are: whoever has waited for that may try. */
  get hasLooked(): boolean {
    return this.#hasLooked;
  }

  get status4(): NodeStatus {
    return this.#status4;
  }

  get status6(): NodeStatus {
    return this.#status6;
  }

  get status(): NodeStatus {
    return combinedStatus(this.#status4, this.#status6);
  }

  /** Looks at the proxy now, and at the next where that is not connected, unless the last looks may yet be answered. */
  check(): void {
    if (!this.#late) this.checkAnew();
  }

  /** The same, when the way there may be another than before: no answer to earlier looks is waited for. */
  checkAnew(): void {
    if (this.#isChecking || this.#closing.signal.aborted) return;
    this.#timer?.cancel();
    const wait = this.#lastCheckAt + MIN_CHECK_GAP_MS - this.#clock.now();
    if (wait > 0) this.#timer = this.#clock.at(this.#clock.now() + wait, () => void this.#look());
    else void this.#look();
  }

  /** Something came from there, of whatever kind: it is slow at most. */
  hearFrom(base: URL): void {
    this.#heardAt.set(base, this.#clock.now());
  }

  /**
   * Does something that waits for a proxy's answer. While it waits, the proxy is looked at every so often, and where nobody
   * is found there, it ends if it can go to another.
   * @throws whatever `work` throws; why nobody is there; the signal's reason
   */
  async whileWaiting<T>(
    { base, signal, canGoOver }: WaitingOptions,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const giveUp = new AbortController();
    const waiting = { base, giveUp };
    if (canGoOver) this.#waiting.add(waiting);
    let timer: Timer | undefined;
    const wait = (): void => {
      timer = this.#clock.at(this.#clock.now() + CHECK_WHILE_WAITING_MS, () => {
        this.check();
        wait();
      });
    };
    wait();
    try {
      return await work(AbortSignal.any([signal, giveUp.signal]));
    } catch (error) {
      signal.throwIfAborted();
      // Of what a look has found, everybody has been told.
      if (!giveUp.signal.aborted) this.#failed(base);
      throw unreachable(base, error);
    } finally {
      timer?.cancel();
      this.#waiting.delete(waiting);
    }
  }

  /** A push came, so a proxy works; which streams and puts have to be renewed, the next look tells. */
  proveAlive(): void {
    if (this.status !== "disconnected") return;
    this.#setStatus("connected", "connected");
    this.#connectedIndex = undefined;
    this.check();
  }

  close(): void {
    this.#timer?.cancel();
    this.#closing.abort();
    this.#setStatus("disconnected", "disconnected");
  }

  /** An operation at that proxy ended without any answer. */
  #failed(base: URL): void {
    if (base !== this.base || this.#closing.signal.aborted) return;
    if (!this.#isChecking) this.#index = (this.#index + 1) % this.#urls.length;
    this.#setStatus("disconnected", "disconnected");
    this.checkAnew();
  }

  async #look(): Promise<void> {
    this.#isChecking = true;
    const begunAt = this.#clock.now();
    this.#lastCheckAt = begunAt;
    this.#late?.abort();
    this.#late = undefined;
    const round = new AbortController();
    const signal = AbortSignal.any([round.signal, this.#closing.signal]);
    let late: LateLook[] = [];
    let best: Candidate | undefined;
    let firstError: DhtError | undefined;
    for (const base of this.candidates) {
      if (combined(best?.info) === "connected") break;
      const seen = await this.#looks.look(base, signal, (look) => late.push(look));
      if (this.#closing.signal.aborted) return;
      const info = seen instanceof DhtError ? (this.#heardSince(begunAt, base) ?? seen) : seen;
      if (info instanceof DhtError) {
        firstError ??= info;
        if (isAbsence(info)) this.#giveUpAt(base, info);
      } else if (combined(best?.info) === "disconnected") best = { index: this.#urls.indexOf(base), info };
    }
    this.#isChecking = false;
    this.#tellError(best ? undefined : firstError);
    this.#settle(best);
    if (best) late = late.filter(({ base }) => base === this.base);
    if (late.length > 0) void this.#awaitLate(late, round);
    else round.abort();
  }

  /** What is known of the proxy of the moment, if it has said something since then: its answer to a look takes its time. */
  #heardSince(begunAt: number, base: URL): ProxyInfo | undefined {
    return base === this.base && (this.#heardAt.get(base) ?? begunAt) > begunAt ? this.#info : undefined;
  }

  /** The first late answer counts, unless somebody has looked again meanwhile. */
  async #awaitLate(late: readonly LateLook[], round: AbortController): Promise<void> {
    this.#late = round;
    const settle = ({ base }: LateLook, seen: Sight): void => {
      if (round.signal.aborted || this.#closing.signal.aborted || seen instanceof DhtError) return;
      round.abort();
      this.#timer?.cancel();
      this.#tellError(undefined);
      this.#settle({ index: this.#urls.indexOf(base), info: seen });
    };
    await Promise.all(late.map(async (look) => settle(look, await look.sight)));
    if (this.#late === round) this.#late = undefined;
  }

  #giveUpAt(base: URL, reason: DhtError): void {
    for (const waiting of this.#waiting) if (waiting.base === base) waiting.giveUp.abort(reason);
  }

  #tellError(error: DhtError | undefined): void {
    if (error && !this.#isErrorTold) this.#events.onError(error);
    this.#isErrorTold = error !== undefined;
  }

  #settle(found: Candidate | undefined): void {
    const before = this.#info;
    if (found) {
      this.#index = found.index;
      this.#info = found.info;
    }
    const isFirst = !this.#hasLooked;
    this.#hasLooked = true;
    this.#setStatus(found?.info.status4 ?? "disconnected", found?.info.status6 ?? "disconnected", isFirst);
    const isConnected = this.status === "connected";
    const period = isConnected ? RECHECK_CONNECTED_MS : RECHECK_DISCONNECTED_MS;
    const wait = uniform(this.#random, period * 0.9, period);
    this.#timer = this.#clock.at(this.#clock.now() + wait, () => void this.#look());
    const { publicAddress } = this;
    if (publicAddress && !before?.publicAddress?.equals(publicAddress)) this.#events.onPublicAddress(publicAddress);
    // One that crashed comes back with another id. Ours tell also when they keep it; of OpenDHT's, nobody can know.
    const isAnother = before !== undefined && found !== undefined && isAnotherProxy(before, found.info);
    if (!isConnected || (this.#connectedIndex === this.#index && !isAnother)) return;
    this.#connectedIndex = this.#index;
    this.#events.onConnected(isAnother);
  }

  #setStatus(status4: NodeStatus, status6: NodeStatus, tellAnyway = false): void {
    if (combinedStatus(status4, status6) === "disconnected") this.#connectedIndex = undefined;
    if (status4 === this.#status4 && status6 === this.#status6 && !tellAnyway) return;
    this.#status4 = status4;
    this.#status6 = status6;
    this.#events.onStatus(status4, status6);
  }
}

function combined(info: ProxyInfo | undefined): NodeStatus {
  return info ? combinedStatus(info.status4, info.status6) : "disconnected";
}
