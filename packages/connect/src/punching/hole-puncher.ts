import type { RandomSource, Scheduler, Timer } from "@hashmere/dht";
import type { TransportAddress } from "../address/index.ts";
import type { PunchingPlan } from "./nat-mapping.ts";
import type { PunchingSocket } from "./punching-socket.ts";

/** Sockets that a side opens beside its own: each has a port of its own on the router's outside. */
export const SCATTER_SOCKETS = 256;

/**
 * Ports that a side tries. Of 64,512 ports the other side's 256 are open: all of these miss with a chance of
 * (1 − 256/64512)^2048 = 0.03 %.
 */
export const SEARCH_PORTS = 2048;

/** The efforts begin when checks between the known addresses have had this long, and are repeated or go on as often. */
const PUNCHING_DELAY_MS = 300;
const SCATTER_REPEAT_MS = 300;
const SEARCH_STEP_MS = 10;

/** Routers forget an unanswered mapping after 30 s or more; the peer's search is over by then. */
const SCATTER_TIMES = 20;
const PORTS_PER_STEP = 20;

const FIRST_PORT = 1024;
const PORT_COUNT = 65_536 - FIRST_PORT;

/**
 * Finds a way through two routers of which at least one draws a new port for each peer. What is sent is the agent's own
 * latest check for the peer's public address, so that whatever arrives is a valid check that the peer answers.
 */
export class HolePuncher {
  readonly #socket: PunchingSocket;
  readonly #target: TransportAddress;
  readonly #scheduler: Scheduler;
  readonly #random: RandomSource;
  #check: Uint8Array | undefined;
  #timers: Timer[] = [];

  /** @param target the peer's public address: its port counts for scattering alone */
  constructor(socket: PunchingSocket, target: TransportAddress, scheduler: Scheduler, random: RandomSource) {
    this.#socket = socket;
    this.#target = target;
    this.#scheduler = scheduler;
    this.#random = random;
  }

  start({ scatters, searches }: PunchingPlan): void {
    if (!scatters && !searches) return;
    this.#socket.onSend = (bytes, remote) => {
      if (remote.address === this.#target.address && remote.port === this.#target.port) this.#check = bytes;
    };
    this.#socket.onSettled = () => this.stop();
    this.#after(PUNCHING_DELAY_MS, () => {
      if (scatters) {
        this.#socket.grow(SCATTER_SOCKETS);
        this.#scatter(SCATTER_TIMES);
      }
      if (searches) this.#search(SEARCH_PORTS);
    });
  }

  stop(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers = [];
    this.#socket.onSend = () => undefined;
  }

  #scatter(timesLeft: number): void {
    if (this.#check) this.#socket.sendFromCrowd(this.#check, this.#target);
    if (timesLeft > 1) this.#after(SCATTER_REPEAT_MS, () => this.#scatter(timesLeft - 1));
  }

  #search(portsLeft: number): void {
    if (this.#check) {
      for (let i = 0; i < PORTS_PER_STEP; i++) {
        const port = FIRST_PORT + (this.#random.uint32() % PORT_COUNT);
        this.#socket.sendPlainly(this.#check, { ...this.#target, port });
      }
    }
    if (portsLeft > PORTS_PER_STEP) this.#after(SEARCH_STEP_MS, () => this.#search(portsLeft - PORTS_PER_STEP));
  }

  #after(delayMs: number, task: () => void): void {
    const timer = this.#scheduler.at(this.#scheduler.now() + delayMs, () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
      task();
    });
    this.#timers.push(timer);
  }
}
