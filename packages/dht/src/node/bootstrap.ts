import { DEFAULT_PORT, SockAddr } from "../address/index.ts";
import type { Logger } from "../log/index.ts";
import { type RandomSource, uniform } from "../random/index.ts";
import type { Scheduler, Timer } from "../scheduler/index.ts";
import type { Resolve } from "./options.ts";

/**
 * The wait between two passes doubles from the first of these to the second. OpenDHT lets it grow to a day, so that a node
 * that was started without a network joins hours after the network has come.
 */
export const MIN_BOOTSTRAP_PERIOD_MS = 10_000; // node behaviour, BOOTSTRAP_PERIOD
export const MAX_BOOTSTRAP_PERIOD_MS = 60_000;
/** Each wait is longer by up to this share, so that nodes that lost the network together don't come back in step. */
export const BOOTSTRAP_JITTER = 0.25;
/** Most bootstrap hosts remembered; the oldest give way. */
export const MAX_BOOTSTRAP_HOSTS = 256;
/** Most lost peers tried in one pass. */
const MAX_LOST_TRIED = 8;
/** Most addresses tried of one host name. */
export const MAX_ADDRESSES_PER_HOST = 16;

interface Host {
  readonly name: string;
  readonly port: number;
}

export interface BootstrapHost {
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly resolve: Resolve | undefined;
  readonly log: Logger;
  /** Whether there is no sign of a network in any family. */
  isLost(): boolean;
  /** Where peers lived that used to answer, the one lost last at the end. */
  lostAddresses(): readonly SockAddr[];
  pingAddress(address: SockAddr): void;
  /** A pass begins or has ended, so the status may be another. */
  onChange(): void;
}

/** Knocks at the bootstrap hosts, and where it knew somebody, with growing pauses, while the node knows nobody. */
export class Bootstrap {
  readonly #host: BootstrapHost;
  readonly #hosts: Host[] = [];
  /** Names that are being looked up; the answer to one that isn't in it any more comes too late. */
  readonly #lookups = new Set<Host>();
  #period = MIN_BOOTSTRAP_PERIOD_MS;
  #timer: Timer | undefined;
  #isFirstPassDue = false;
  #isClosed = false;

  constructor(host: BootstrapHost) {
    this.#host = host;
  }

  /** Hosts are about to be pinged: the node counts as connecting. */
  get isAboutToPing(): boolean {
    return this.#isFirstPassDue || this.#lookups.size > 0;
  }

  add(name: string, port: number): void {
    const isKnown = this.#hosts.some((host) => host.name === name && host.port === port);
    if (!isKnown) this.#hosts.push({ name, port });
    if (this.#hosts.length > MAX_BOOTSTRAP_HOSTS) this.#hosts.shift();
    this.start();
  }

  clear(): void {
    this.#hosts.length = 0;
    this.stop();
  }

  /** Nothing is begun any more. */
  close(): void {
    this.clear();
    this.#isClosed = true;
  }

  /** Begins anew, with a first pass at once. */
  start(): void {
    this.stop();
    if (this.#hosts.length === 0) return;
    this.#isFirstPassDue = true;
    this.#schedule(0);
  }

  /** Goes on where it left off, if it isn't under way. */
  resume(): void {
    if (this.#timer === undefined) this.#schedule(0);
  }

  /** The network is there, or nobody wants it: the next loss begins with the shortest pause. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#lookups.clear();
    this.#isFirstPassDue = false;
    this.#period = MIN_BOOTSTRAP_PERIOD_MS;
  }

  #schedule(delay: number): void {
    if (this.#isClosed) return;
    const { scheduler } = this.#host;
    this.#timer = scheduler.at(scheduler.now() + delay, () => this.#pass());
  }

  #pass(): void {
    this.#timer = undefined;
    this.#isFirstPassDue = false;
    const hasSomewhereToGo = this.#hosts.length > 0 || this.#host.lostAddresses().length > 0;
    if (hasSomewhereToGo && this.#host.isLost()) {
      this.#schedule(this.#period * uniform(this.#host.random, 1, 1 + BOOTSTRAP_JITTER));
      this.#period = Math.min(this.#period * 2, MAX_BOOTSTRAP_PERIOD_MS);
      for (const host of this.#hosts) this.#knock(host);
      for (const address of this.#host.lostAddresses().slice(-MAX_LOST_TRIED)) this.#host.pingAddress(address);
    }
    this.#host.onChange();
  }

  #knock(host: Host): void {
    const port = host.port || DEFAULT_PORT;
    const address = SockAddr.fromHost(host.name, port);
    if (address !== undefined) this.#host.pingAddress(address);
    else if (this.#host.resolve !== undefined && !this.#lookups.has(host)) {
      this.#lookups.add(host);
      this.#host.resolve(host.name, port, (addresses) => this.#onResolved(host, addresses));
    }
  }

  #onResolved(host: Host, addresses: readonly SockAddr[]): void {
    if (!this.#lookups.delete(host)) return;
    const { log } = this.#host;
    if (addresses.length === 0 && log.isEnabled("warning"))
      log.log("warning", `bootstrap host ${host.name} has no address`);
    for (const address of addresses.slice(0, MAX_ADDRESSES_PER_HOST)) this.#host.pingAddress(address);
    this.#host.onChange();
  }
}
