import {
  combinedStatus,
  InfoHash,
  type NodeStatus,
  type RandomSource,
  type Scheduler,
  type SockAddr,
  type Timer,
  uniform,
} from "@hashmere/dht/engine";
import { CHECK_TIMEOUT_MS, MIN_CHECK_GAP_MS, RECHECK_CONNECTED_MS, RECHECK_DISCONNECTED_MS } from "./limits.ts";
import type { ProxyHttp } from "./proxy-http.ts";
import { type ProxyInfo, readProxyInfo } from "./proxy-info.ts";

/** What a connection tells its owner. */
export interface ConnectionEvents {
  onStatus(status4: NodeStatus, status6: NodeStatus): void;
  /** There is a proxy that is connected, after there was none, or another than before. */
  onConnected(): void;
  onPublicAddress(address: SockAddr): void;
}

interface Candidate {
  readonly index: number;
  readonly info: ProxyInfo;
}

/** Which proxy is talked to, and how well it is connected to its network: looked at regularly, and when something fails. */
export class ProxyConnection {
  readonly #urls: readonly [URL, ...URL[]];
  readonly #http: ProxyHttp;
  readonly #clock: Scheduler;
  readonly #random: RandomSource;
  readonly #events: ConnectionEvents;
  readonly #closing = new AbortController();
  #index = 0;
  /** The proxy that was connected last. */
  #connectedIndex: number | undefined;
  #info: ProxyInfo | undefined;
  #status4: NodeStatus = "connecting";
  #status6: NodeStatus = "connecting";
  #timer: Timer | undefined;
  #lastCheckAt = Number.NEGATIVE_INFINITY;
  #isChecking = false;

  constructor(
    urls: readonly [URL, ...URL[]],
    http: ProxyHttp,
    { clock, random }: { readonly clock: Scheduler; readonly random: RandomSource },
    events: ConnectionEvents,
  ) {
    this.#urls = urls;
    this.#http = http;
    this.#clock = clock;
    this.#random = random;
    this.#events = events;
  }

  /** The proxy to ask. */
  get base(): URL {
    return this.#urls[this.#index] ?? this.#urls[0];
  }

  /** How many proxies there are to try. */
  get alternatives(): number {
    return this.#urls.length;
  }

  /** Of the proxy's node, which stands for us; zero while no proxy has answered. */
  get nodeId(): InfoHash {
    return this.#info?.nodeId ?? InfoHash.zero;
  }

  get publicAddress(): SockAddr | undefined {
    return this.#info?.publicAddress;
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

  /** Looks at the proxy now, and at the next where that is not connected. */
  check(): void {
    if (this.#isChecking || this.#closing.signal.aborted) return;
    this.#timer?.cancel();
    const wait = this.#lastCheckAt + MIN_CHECK_GAP_MS - this.#clock.now();
    if (wait > 0) this.#timer = this.#clock.at(this.#clock.now() + wait, () => void this.#look());
    else void this.#look();
  }

  /** An operation at that proxy ended without any answer. */
  failed(base: URL): void {
    if (base !== this.base || this.#closing.signal.aborted) return;
    if (!this.#isChecking) this.#index = (this.#index + 1) % this.#urls.length;
    this.#setStatus("disconnected", "disconnected");
    this.check();
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

  async #look(): Promise<void> {
    this.#isChecking = true;
    this.#lastCheckAt = this.#clock.now();
    let best: Candidate | undefined;
    for (let i = 0; i < this.#urls.length && combined(best?.info) !== "connected"; i++) {
      const index = (this.#index + i) % this.#urls.length;
      const info = await this.#ask(this.#urls[index] ?? this.base);
      if (this.#closing.signal.aborted) return;
      if (info && (best === undefined || combined(best.info) === "disconnected")) best = { index, info };
    }
    this.#isChecking = false;
    this.#settle(best);
  }

  async #ask(base: URL): Promise<ProxyInfo | undefined> {
    try {
      const { signal } = this.#closing;
      const answer = await this.#http.send(base, { method: "GET", path: "", signal, timeoutMs: CHECK_TIMEOUT_MS });
      const text = await answer.firstLine(CHECK_TIMEOUT_MS);
      return answer.status === 200 ? readProxyInfo(text) : undefined;
    } catch {
      return undefined; // one that doesn't answer is not connected
    }
  }

  #settle(found: Candidate | undefined): void {
    const before = this.#info?.publicAddress;
    if (found) {
      this.#index = found.index;
      this.#info = found.info;
    }
    this.#setStatus(found?.info.status4 ?? "disconnected", found?.info.status6 ?? "disconnected");
    const isConnected = this.status === "connected";
    const period = isConnected ? RECHECK_CONNECTED_MS : RECHECK_DISCONNECTED_MS;
    const wait = uniform(this.#random, period * 0.9, period);
    this.#timer = this.#clock.at(this.#clock.now() + wait, () => void this.#look());
    const { publicAddress } = this;
    if (publicAddress && !before?.equals(publicAddress)) this.#events.onPublicAddress(publicAddress);
    if (!isConnected || this.#connectedIndex === this.#index) return;
    this.#connectedIndex = this.#index;
    this.#events.onConnected();
  }

  #setStatus(status4: NodeStatus, status6: NodeStatus): void {
    if (combinedStatus(status4, status6) === "disconnected") this.#connectedIndex = undefined;
    if (status4 === this.#status4 && status6 === this.#status6) return;
    this.#status4 = status4;
    this.#status6 = status6;
    this.#events.onStatus(status4, status6);
  }
}

function combined(info: ProxyInfo | undefined): NodeStatus {
  return info ? combinedStatus(info.status4, info.status6) : "disconnected";
}
