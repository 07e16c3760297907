import type { Logger, RandomSource, Scheduler, Timer } from "@hashmere/dht";
import { formatTransportAddress, sameTransportAddress } from "../address/index.ts";
import type { ConnectError } from "../errors/index.ts";
import { StunMessage, shortTermKey } from "../stun/index.ts";
import {
  encodeBindingRequest,
  encodeBindingSuccess,
  encodeKeepAlive,
  encodeRoleConflict,
  judgeBindingRequest,
  type ReceivedCheck,
} from "./binding.ts";
import {
  CandidatePair,
  canBeReachedByRelay,
  comparePairs,
  formPairs,
  type IceRole,
  MAX_PAIRS,
} from "./candidate-pair.ts";
import type { IceCredentials, IceDescription } from "./description.ts";
import { type IceFlow, type IceSockets, isSameFlow } from "./flow.ts";
import type { OfferedCandidate } from "./local-candidates.ts";
import { noPathError } from "./no-path.ts";
import { COMPONENT, candidatePriority } from "./priority.ts";
import { Transactions } from "./transactions.ts";

/** Between the first checks of two pairs. RFC 8445 §14.2 allows 5 ms and more. */
export const CHECK_INTERVAL_MS = 10;

/** How long the best pair so far waits for a better one before it is chosen: without a relay, and with one. */
export const DIRECT_PATIENCE_MS = 50;
export const RELAY_PATIENCE_MS = 250;

/** A proposed pair that doesn't answer gives way to the next one. */
export const NOMINATION_TIMEOUT_MS = 2000;

/** A TURN server closes connections until its client, the other side, knows of us: they are opened again and again. */
export const REDIAL_MS = 200;
export const MAX_DIALS = 40;

/** When all of our own checks have failed, the other side's may still come. */
export const PASSIVE_WAIT_MS = 5000;

/** The end of all checks; what is valid then has a second more to be chosen. */
export const DEFAULT_TIMEOUT_MS = 9000;
const LAST_CHANCE_MS = 1000;

/** The chosen pair hears from us every 20 s and up to 4 s, in whole seconds, as with DHTNet. */
export const KEEP_ALIVE_MS = 20_000;
const KEEP_ALIVE_JITTER_S = 5;

/** Flows on which the other side may begin before its description has come. */
export const MAX_EARLY_FLOWS = 64;

const TRANSACTION_ID_BYTES = 12;

type TimerName = "pacing" | "nomination" | "passive" | "end" | "keepAlive";

export interface IceAgentOptions {
  readonly role: IceRole;
  readonly credentials: IceCredentials;
  readonly sockets: IceSockets;
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly log: Logger;
  /** @default 9000 */
  readonly timeoutMs?: number | undefined;
  /** Called once, and never after `onFailed`: `pair` is the one to use, on `flow`. */
  onSelected(pair: CandidatePair, flow: IceFlow): void;
  onFailed(error: ConnectError): void;
}

/**
 * Finds out which of our candidates reach which of theirs, and agrees with the other side on a pair (RFC 8445, over TCP
 * as in RFC 6544; regular nomination). Opens and reads no sockets itself: flows and what comes on them are handed in.
 */
export class IceAgent {
  readonly #options: IceAgentOptions;
  readonly #scheduler: Scheduler;
  readonly #transactions: Transactions;
  readonly #tieBreaker: bigint;
  #role: IceRole;
  #locals: readonly OfferedCandidate[] = [];
  #remote: IceDescription | undefined;
  #pairs: CandidatePair[] = [];
  readonly #early = new Map<IceFlow, ReceivedCheck>();
  #state: "idle" | "checking" | "selected" | "closed" = "idle";
  #nominee: CandidatePair | undefined;
  #hadLastChance = false;
  readonly #timers: Partial<Record<TimerName, Timer>> = {};

  constructor(options: IceAgentOptions) {
    this.#options = options;
    this.#scheduler = options.scheduler;
    this.#role = options.role;
    this.#transactions = new Transactions(options.scheduler);
    this.#tieBreaker = new DataView(options.random.fill(new Uint8Array(8)).buffer).getBigUint64(0);
  }

  /** What it was told, or has become to repair a conflict. */
  get role(): IceRole {
    return this.#role;
  }

  /** Begins the checks. Before, requests of the other side are answered and remembered. */
  start(locals: readonly OfferedCandidate[], remote: IceDescription): void {
    if (this.#state !== "idle") return;
    this.#state = "checking";
    this.#locals = locals;
    this.#remote = remote;
    this.#pairs = formPairs(locals, remote.candidates, this.#role);
    const isReachable = () =>
      locals.some((ours) => remote.candidates.some((theirs) => canBeReachedByRelay(ours, theirs)));
    if (this.#pairs.length === 0 && this.#early.size === 0 && !isReachable()) {
      this.#fail("none of its addresses fits to one of ours");
      return;
    }
    this.#setTimer("end", this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS, () => this.#atEnd());
    for (const [flow, check] of this.#early) this.#trigger(flow, check);
    this.#early.clear();
    this.#checkNext();
  }

  /** A candidate that turned up after the description was sent: the other side learns of it by our checks. */
  addLocal(candidate: OfferedCandidate): void {
    this.#locals = [...this.#locals, candidate];
    if (this.#state !== "checking" || this.#remote === undefined) return;
    const known = new Set(this.#pairs.map(({ local }) => local.base));
    if (known.has(candidate.base)) return;
    const added = formPairs([candidate], this.#remote.candidates, this.#role);
    this.#pairs.push(...added.slice(0, Math.max(MAX_PAIRS - this.#pairs.length, 0)));
    if (!this.#timers.pacing?.isPending) this.#checkNext();
  }

  /** A STUN message came. */
  receive(flow: IceFlow, bytes: Uint8Array): void {
    if (this.#state === "closed") return;
    const message = StunMessage.parse(bytes);
    if (message?.class === "request") this.#onRequest(flow, message);
    else if (message?.class === "success" || message?.class === "error") this.#onResponse(flow, message);
  }

  /** A TCP connection ended. */
  flowClosed(flow: IceFlow): void {
    this.#early.delete(flow);
    if (this.#state !== "checking") return;
    const pair = this.#pairs.find((candidate) => candidate.flow === flow);
    if (pair) this.#giveUp(pair);
  }

  close(): void {
    this.#state = "closed";
    this.#stopChecks();
    this.#timers.keepAlive?.cancel();
  }

  // ------------------------------------------------------------------------------------------------ checks of ours

  /** Begins the check of the next pair that waits, and comes back for the one after. */
  #checkNext(): void {
    if (this.#state !== "checking") return;
    const pair = this.#pairs.find(({ state }) => state === "waiting");
    if (pair) {
      this.#begin(pair);
      this.#setTimer("pacing", CHECK_INTERVAL_MS, () => this.#checkNext());
    }
    this.#look();
  }

  #begin(pair: CandidatePair): void {
    const { local, remote } = pair;
    if (local.transport === "udp") {
      this.#check(pair, this.#options.sockets.datagramFlow(local, remote.address));
      return;
    }
    pair.state = "dialling";
    pair.dials++;
    this.#options.sockets.dial(local, remote, (flow) => {
      if (this.#state !== "checking") return;
      if (flow) this.#check(pair, flow);
      else this.#giveUp(pair);
    });
  }

  #check(pair: CandidatePair, flow: IceFlow, isNominating = false): void {
    const remote = this.#remote;
    if (remote === undefined) return;
    if (pair.state !== "succeeded") pair.state = "checking";
    pair.flow = flow;
    const { random, credentials } = this.#options;
    const transactionId = random.fill(new Uint8Array(TRANSACTION_ID_BYTES));
    const priority = candidatePriority("prflx", pair.local.index);
    const role = this.#role;
    const request = encodeBindingRequest(
      { transactionId, priority, isNominating, role, tieBreaker: this.#tieBreaker },
      credentials,
      remote,
    );
    this.#transactions.send(transactionId, { pair, flow, request, isNominating, role });
  }

  #onResponse(flow: IceFlow, response: StunMessage): void {
    const key = shortTermKey(this.#remote?.pwd ?? "");
    if (response.class === "success" && !response.isSignedWith(key)) return;
    const transaction = this.#transactions.take(response, flow);
    if (transaction === undefined || this.#state !== "checking") return;
    const { pair } = transaction;
    if (response.class === "success") {
      pair.state = "succeeded";
      this.#say(pair, transaction.isNominating ? "is agreed on" : "works");
      if (transaction.isNominating || pair.isNominated) this.#select(pair, flow);
      else this.#look();
    } else if (response.error?.code === 487) {
      if (transaction.role === this.#role) this.#takeRole(this.#role === "controlling" ? "controlled" : "controlling");
      if (this.#nominee === pair) this.#nominee = undefined;
      this.#check(pair, flow);
    } else {
      this.#say(pair, `is refused: ${response.error?.code} ${response.error?.reason}`);
      this.#giveUp(pair);
    }
  }

  /**
   * Nothing will come of this pair, unless what refuses now lets us in later: a relay that has not heard of us yet, or a
   * peer that has not opened its side yet.
   */
  #giveUp(pair: CandidatePair): void {
    this.#transactions.drop(pair);
    const wasValid = pair.state === "succeeded";
    pair.flow = undefined;
    const mayChange = pair.remote.type === "relay" || pair.local.tcpType === "so";
    if (!wasValid && mayChange && pair.dials > 0 && pair.dials < MAX_DIALS) {
      pair.state = "pausing";
      pair.redial = this.#scheduler.at(this.#scheduler.now() + REDIAL_MS, () => this.#begin(pair));
      return;
    }
    pair.state = "failed";
    if (this.#nominee === pair) this.#nominee = undefined;
    this.#say(pair, "fails");
    this.#look();
  }

  // ---------------------------------------------------------------------------------------------- checks of theirs

  #onRequest(flow: IceFlow, request: StunMessage): void {
    const { credentials } = this.#options;
    const judged = judgeBindingRequest(request, credentials);
    if (judged.kind === "refused") flow.send(judged.response);
    if (judged.kind !== "check") return;
    if (judged.role === this.#role && this.#state !== "selected" && !this.#repairConflict(judged)) {
      flow.send(encodeRoleConflict(request, credentials));
      return;
    }
    flow.send(encodeBindingSuccess(request, flow.remote, credentials));
    if (this.#state === "checking") this.#trigger(flow, judged);
    else if (this.#state === "idle") this.#remember(flow, judged);
  }

  /** Until the description comes. */
  #remember(flow: IceFlow, check: ReceivedCheck): void {
    const known = [...this.#early.keys()].find((other) => isSameFlow(other, flow));
    if (known === undefined && this.#early.size >= MAX_EARLY_FLOWS) return;
    const isNominating = check.isNominating || (known !== undefined && this.#early.get(known)?.isNominating === true);
    this.#early.set(known ?? flow, { ...check, isNominating });
  }

  /** RFC 8445 §7.3.1.1. False when it is the other side that has to change its role. */
  #repairConflict({ tieBreaker }: ReceivedCheck): boolean {
    const isOursHigher = this.#tieBreaker >= tieBreaker;
    if (isOursHigher === (this.#role === "controlling")) return false;
    this.#takeRole(isOursHigher ? "controlling" : "controlled");
    return true;
  }

  #takeRole(role: IceRole): void {
    this.#role = role;
    for (const pair of this.#pairs) pair.takeRole(role);
    this.#timers.nomination?.cancel();
    this.#nominee = undefined;
  }

  /** They reach us on this flow: do we reach them (RFC 8445 §7.3.1.4)? */
  #trigger(flow: IceFlow, check: ReceivedCheck): void {
    const pair = this.#pairOf(flow, check);
    if (pair === undefined) return;
    if (check.isNominating && this.#role === "controlled") pair.isNominated = true;
    pair.redial?.cancel();
    pair.flow ??= flow;
    if (pair.state === "succeeded" && pair.isNominated) this.#select(pair, flow);
    else if (this.#isGoodEnough(pair)) this.#nominate(pair);
    else if (pair.state === "checking") {
      if (flow.base.kind === "datagram") this.#transactions.repeat(pair);
    } else if (pair.state !== "succeeded") this.#check(pair, flow);
    this.#look();
  }

  /**
   * A direct TCP connection on which the other side has proved itself needs no more than to be agreed on: the check that
   * it triggers proposes it, which saves a round trip.
   */
  #isGoodEnough(pair: CandidatePair): boolean {
    return this.#role === "controlling" && !this.#nominee && pair.local.transport === "tcp" && !pair.isRelayed;
  }

  /** The pair that this flow belongs to, or a new one with an address that we didn't know of. */
  #pairOf(flow: IceFlow, { priority }: ReceivedCheck): CandidatePair | undefined {
    const known = this.#pairs.find((pair) => (pair.flow ? isSameFlow(pair.flow, flow) : isFlowOfWaiting(pair, flow)));
    if (known || this.#pairs.length >= 2 * MAX_PAIRS) return known;
    const local =
      this.#locals.find(({ base, tcpType }) => base === flow.base && tcpType !== "active") ??
      this.#locals.find(({ base }) => base === flow.base);
    if (local === undefined) return undefined;
    const remote = {
      foundation: `P${this.#pairs.length}`,
      component: COMPONENT,
      transport: local.transport,
      priority,
      address: flow.remote,
      type: "prflx" as const,
      extensions: new Map<string, string>(),
    };
    const pair = new CandidatePair(local, remote, this.#role);
    this.#pairs.push(pair);
    return pair;
  }

  // ---------------------------------------------------------------------------------------------- choice and end

  /** After each change: is it time to choose, or to give up? */
  #look(): void {
    if (this.#state !== "checking") return;
    const valid = this.#pairs.filter(({ state }) => state === "succeeded").toSorted(comparePairs);
    const pending = this.#pairs.filter((pair) => pair.isPending);
    const [best] = valid;
    if (best === undefined) {
      if (pending.length > 0) this.#timers.passive?.cancel();
      else if (!this.#timers.passive?.isPending) {
        this.#setTimer("passive", PASSIVE_WAIT_MS, () =>
          this.#fail("every address that was tried refused, or kept silent"),
        );
      }
      return;
    }
    this.#timers.passive?.cancel();
    if (this.#role === "controlled" || this.#nominee) return;
    const isBetterPending = pending.some((pair) => comparePairs(pair, best) < 0);
    if (!isBetterPending) this.#nominate(best);
    else this.#nominateWithin(best.isRelayed ? RELAY_PATIENCE_MS : DIRECT_PATIENCE_MS);
  }

  /** Or earlier, when that was said before. */
  #nominateWithin(patienceMs: number): void {
    const running = this.#timers.nomination;
    if (running?.isPending && running.time <= this.#scheduler.now() + patienceMs) return;
    this.#setTimer("nomination", patienceMs, () => this.#nominateBest());
  }

  #nominateBest(): void {
    const [best] = this.#pairs.filter(({ state }) => state === "succeeded").toSorted(comparePairs);
    if (best && this.#state === "checking" && this.#role === "controlling") this.#nominate(best);
  }

  #nominate(pair: CandidatePair): void {
    if (pair.flow === undefined) return;
    this.#nominee = pair;
    this.#say(pair, "is proposed");
    this.#setTimer("nomination", NOMINATION_TIMEOUT_MS, () => this.#doubt(pair));
    this.#check(pair, pair.flow, true);
  }

  /** The proposed pair keeps silent: the next one gets its chance, if there is one. */
  #doubt(pair: CandidatePair): void {
    if (this.#pairs.some((other) => other !== pair && other.state === "succeeded")) this.#giveUp(pair);
    else this.#setTimer("nomination", NOMINATION_TIMEOUT_MS, () => this.#doubt(pair));
  }

  #select(pair: CandidatePair, flow: IceFlow): void {
    this.#state = "selected";
    this.#stopChecks();
    this.#keepAlive(flow);
    this.#options.onSelected(pair, flow);
  }

  #keepAlive(flow: IceFlow): void {
    const { random } = this.#options;
    const jitter = (random.uint32() % KEEP_ALIVE_JITTER_S) * 1000;
    this.#setTimer("keepAlive", KEEP_ALIVE_MS + jitter, () => {
      flow.send(encodeKeepAlive(random.fill(new Uint8Array(TRANSACTION_ID_BYTES))));
      this.#keepAlive(flow);
    });
  }

  #atEnd(): void {
    const hasValid = this.#pairs.some(({ state }) => state === "succeeded");
    if (hasValid && !this.#hadLastChance) {
      this.#hadLastChance = true;
      this.#setTimer("end", LAST_CHANCE_MS, () => this.#atEnd());
      if (!this.#nominee) this.#nominateBest();
    } else if (hasValid) this.#fail("a way was found, but the other side did not agree to it");
    else this.#fail("no address answered in time");
  }

  #fail(reason: string): void {
    if (this.#state === "closed") return;
    this.close();
    this.#options.onFailed(noPathError(reason, this.#locals, this.#remote?.candidates ?? []));
  }

  #stopChecks(): void {
    this.#transactions.clear();
    const { pacing, nomination, passive, end } = this.#timers;
    for (const timer of [pacing, nomination, passive, end]) timer?.cancel();
    for (const { redial } of this.#pairs) redial?.cancel();
  }

  #setTimer(name: TimerName, delayMs: number, task: () => void): void {
    this.#timers[name]?.cancel();
    this.#timers[name] = this.#scheduler.at(this.#scheduler.now() + delayMs, task);
  }

  #say(pair: CandidatePair, what: string): void {
    const { log } = this.#options;
    if (!log.isEnabled("debug")) return;
    const { local, remote } = pair;
    const [from, to] = [formatTransportAddress(local.address), formatTransportAddress(remote.address)];
    log.log("debug", `the way by ${local.transport} from ${local.type} ${from} to ${remote.type} ${to} ${what}`);
  }
}

/** Whether a datagram came from where a check of ours has not gone yet. */
function isFlowOfWaiting({ local, remote }: CandidatePair, flow: IceFlow): boolean {
  return flow.base.kind === "datagram" && local.base === flow.base && sameTransportAddress(remote.address, flow.remote);
}
