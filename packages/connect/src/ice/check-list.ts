import type { Scheduler, Timer } from "@hashmere/dht";
import { sameTransportAddress } from "../address/index.ts";
import type { Candidate } from "./candidate.ts";
import { CandidatePair, formPairs, type IceRole, MAX_PAIRS } from "./candidate-pair.ts";
import { type IceFlow, type IceSockets, isSameFlow } from "./flow.ts";
import type { OfferedCandidate } from "./local-candidates.ts";
import { COMPONENT } from "./priority.ts";

/** Between the first checks of two pairs, the least that RFC 8445 §14.2 allows: relays come last. */
const CHECK_INTERVAL_MS = 5;
/** So many pairs begin at once, which is all that two homes have: one connection each, and no router minds. */
const PAIRS_AT_ONCE = 8;

/** Who refuses now may let us in later: a relay that has not heard of us yet, a peer that has not opened its side. */
const FIRST_REDIAL_MS = 10;
const MAX_REDIAL_MS = 200;
const MAX_DIALS = 44;
/** The called side's answer has to arrive before the caller's relay lets it in. */
const RELAY_DELAY_MS = 50;
/** Of all pairs together: a peer that names many relays must not have us knock at them all for as long. */
export const MAX_REDIALS = 400;

/** Addresses that turn up during the checks; only who knows our password can make one do so. */
const MAX_LEARNT_PAIRS = 100;

export interface CheckListOptions {
  readonly sockets: IceSockets;
  readonly scheduler: Scheduler;
  /** It can be checked now. */
  reachable(pair: CandidatePair, flow: IceFlow): void;
  /** No connection can be opened. */
  unreachable(pair: CandidatePair): void;
}

/** The pairs of both sides' candidates: brings them to where they can be checked, one after the other. */
export class CheckList {
  readonly #options: CheckListOptions;
  readonly pairs: CandidatePair[] = [];
  #learnt = 0;
  #redials = 0;
  #begun = 0;
  /** When relays are dialled first, monotonic ms. */
  #relaysFrom: number | undefined;
  #pacing: Timer | undefined;
  #isStopped = false;

  constructor(options: CheckListOptions) {
    this.#options = options;
  }

  add(locals: readonly OfferedCandidate[], remotes: readonly Candidate[], role: IceRole): void {
    const now = this.#options.scheduler.now();
    this.#relaysFrom ??= role === "controlling" ? now + RELAY_DELAY_MS : now;
    this.pairs.push(...formPairs(locals, remotes, role).slice(0, Math.max(MAX_PAIRS - this.pairs.length, 0)));
  }

  /** Begins with the first pairs that wait, and comes back for the one after. */
  run(): void {
    if (this.#isStopped || this.#pacing?.isPending) return;
    const { scheduler } = this.#options;
    const relaysFrom = this.#relaysFrom ?? 0;
    const now = scheduler.now();
    const waiting = this.pairs.filter(({ state }) => state === "waiting");
    for (const pair of waiting.filter(({ isRelayed }) => !isRelayed || now >= relaysFrom)) {
      this.#reach(pair);
      if (++this.#begun < PAIRS_AT_ONCE) continue;
      this.#pacing = scheduler.at(now + CHECK_INTERVAL_MS, () => this.run());
      return;
    }
    if (now < relaysFrom) this.#pacing = scheduler.at(relaysFrom, () => this.run());
  }

  /** Says that nothing comes of this pair, unless it is worth another attempt later. True when it is. */
  fail(pair: CandidatePair): boolean {
    const mayChange = pair.remote.type === "relay" || pair.local.tcpType === "so";
    const isTried = pair.dials > 0 && pair.dials < MAX_DIALS && this.#redials < MAX_REDIALS;
    const isWorthIt = mayChange && isTried && pair.state !== "succeeded";
    pair.next?.cancel();
    pair.flow = undefined;
    pair.isChecked = false;
    pair.state = isWorthIt ? "pausing" : "failed";
    const { scheduler } = this.#options;
    if (!isWorthIt) return false;
    this.#redials++;
    pair.next = scheduler.at(scheduler.now() + redialMs(pair.dials), () => this.#reach(pair));
    return true;
  }

  find(flow: IceFlow): CandidatePair | undefined {
    return this.pairs.find((pair) => (pair.flow ? isSameFlow(pair.flow, flow) : isFlowOfWaiting(pair, flow)));
  }

  /** A pair with an address that we didn't know of (RFC 8445 §7.3.1.3). Undefined when there are too many. */
  learn(local: OfferedCandidate, flow: IceFlow, priority: number, role: IceRole): CandidatePair | undefined {
    if (this.#learnt >= MAX_LEARNT_PAIRS) return undefined;
    const { transport } = local;
    const foundation = `P${this.#learnt++}`;
    const common = { component: COMPONENT, transport, type: "prflx", extensions: new Map<string, string>() } as const;
    const pair = new CandidatePair(local, { ...common, foundation, priority, address: flow.remote }, role);
    this.pairs.push(pair);
    return pair;
  }

  stop(): void {
    this.#isStopped = true;
    this.#pacing?.cancel();
    for (const { next } of this.pairs) next?.cancel();
  }

  #reach(pair: CandidatePair): void {
    const { sockets, reachable, unreachable } = this.#options;
    const { local, remote } = pair;
    if (local.transport === "udp") {
      reachable(pair, sockets.datagramFlow(local, remote.address));
      return;
    }
    pair.state = "dialling";
    pair.dials++;
    sockets.dial(local, remote, (flow) => {
      if (this.#isStopped) return;
      if (flow) reachable(pair, flow);
      else unreachable(pair);
    });
  }
}

/** At first soon, as our answer may be on its way to the other side. */
function redialMs(dials: number): number {
  return Math.min(FIRST_REDIAL_MS * 2 ** (dials - 1), MAX_REDIAL_MS);
}

/** Whether a datagram came from where a check of ours has not gone yet. */
function isFlowOfWaiting({ local, remote }: CandidatePair, flow: IceFlow): boolean {
  return flow.base.kind === "datagram" && local.base === flow.base && sameTransportAddress(remote.address, flow.remote);
}
