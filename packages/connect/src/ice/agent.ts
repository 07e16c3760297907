import type { Logger, RandomSource, Scheduler, Timer } from "@hashmere/dht";
import { formatTransportAddress } from "../address/index.ts";
import type { ConnectError } from "../errors/index.ts";
import { StunMessage, shortTermKey, transactionKey } from "../stun/index.ts";
import { offersBareStream } from "./bare-stream.ts";
import {
  encodeBindingRequest,
  encodeBindingSuccess,
  encodeKeepAlive,
  encodeRoleConflict,
  judgeBindingRequest,
  type ReceivedCheck,
} from "./binding.ts";
import { type Candidate, isSameCandidate } from "./candidate.ts";
import { type CandidatePair, canBeReachedByRelay, type IceRole } from "./candidate-pair.ts";
import { CheckList } from "./check-list.ts";
import type { IceCredentials, IceDescription } from "./description.ts";
import { type IceFlow, type IceSockets, isSameFlow } from "./flow.ts";
import type { OfferedCandidate } from "./local-candidates.ts";
import { noPathError } from "./no-path.ts";
import { Nomination } from "./nomination.ts";
import { candidatePriority } from "./priority.ts";
import { Transactions } from "./transactions.ts";

/** When all of our own checks have failed, the other side's may still come. */
const PASSIVE_WAIT_MS = 5000;

/** The end of all checks; what is valid then has a second more to be agreed on. */
const DEFAULT_TIMEOUT_MS = 9000;
const LAST_CHANCE_MS = 1000;

/** The selected pair hears from us every 20 s and up to 4 s, in whole seconds, as with DHTNet. */
export const KEEP_ALIVE_MS = 20_000;
const KEEP_ALIVE_JITTER_S = 5;

/** Flows on which the other side may begin before its description has come. */
export const MAX_EARLY_FLOWS = 64;

/** How long their check on a connection may take that both sides have opened: it comes with the last packet of the handshake. */
const THEIR_CHECK_MS = 20;

/** What one description may have, twice. */
const MAX_REMOTE_CANDIDATES = 64;

/** Questions on the selected pair that wait for an answer: a peer that gives none is asked again and again. */
const MAX_QUESTIONS = 64;

const TRANSACTION_ID_BYTES = 12;

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
  readonly #list: CheckList;
  readonly #nomination: Nomination;
  readonly #tieBreaker: bigint;
  #role: IceRole;
  #locals: readonly OfferedCandidate[] = [];
  #remote: IceDescription | undefined;
  /** Checks that came before the description. */
  readonly #early = new Map<IceFlow, ReceivedCheck>();
  #state: "idle" | "checking" | "selected" | "closed" = "idle";
  #selected: { readonly pair: CandidatePair; readonly flow: IceFlow } | undefined;
  /** What to do when a question of {@link ask} is answered, oldest first. */
  readonly #questions = new Map<string, () => void>();
  #hadLastChance = false;
  #isPeerOurs = false;
  readonly #timers: Partial<Record<TimerName, Timer>> = {};

  constructor(options: IceAgentOptions) {
    const { scheduler, random, sockets, role } = options;
    this.#options = options;
    this.#scheduler = scheduler;
    this.#role = role;
    this.#tieBreaker = new DataView(random.fill(new Uint8Array(8)).buffer).getBigUint64(0);
    this.#transactions = new Transactions(scheduler);
    this.#list = new CheckList({
      sockets,
      scheduler,
      reachable: (pair, flow) => this.#reached(pair, flow),
      unreachable: (pair) => this.#giveUp(pair),
    });
    this.#nomination = new Nomination(scheduler, (pair) => this.#propose(pair));
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
    this.#list.add(locals, remote.candidates, this.#role);
    const hasRelay = () => locals.some((ours) => remote.candidates.some((theirs) => canBeReachedByRelay(ours, theirs)));
    if (this.#list.pairs.length === 0 && this.#early.size === 0 && !hasRelay()) {
      this.#fail("none of its addresses fits to one of ours");
      return;
    }
    this.#setTimer("end", this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS, () => this.#atEnd());
    for (const [flow, check] of this.#early) this.#trigger(flow, check);
    this.#early.clear();
    this.#list.run();
    this.#look();
  }

  /** A candidate that turned up after the description was sent: the other side learns of it by our checks. */
  addLocal(candidate: OfferedCandidate): void {
    const isNewBase = this.#locals.every(({ base }) => base !== candidate.base);
    this.#locals = [...this.#locals, candidate];
    if (this.#state !== "checking" || this.#remote === undefined || !isNewBase) return;
    this.#list.add([candidate], this.#remote.candidates, this.#role);
    this.#list.run();
  }

  /** Candidates of the other side that turned up after its description was sent; those that are known count once. */
  addRemote(candidates: readonly Candidate[]): void {
    if (this.#state !== "checking" || this.#remote === undefined) return;
    const { candidates: known } = this.#remote;
    const added = candidates
      .filter((candidate) => !known.some((other) => isSameCandidate(candidate, other)))
      .slice(0, Math.max(MAX_REMOTE_CANDIDATES - known.length, 0));
    this.#remote = { ...this.#remote, candidates: [...known, ...added] };
    this.#list.add(this.#locals, added, this.#role);
    this.#list.run();
  }

  /** A STUN message came. What is not on the selected flow counts no more. */
  receive(flow: IceFlow, bytes: Uint8Array): void {
    if (this.#state === "closed" || (this.#selected && !isSameFlow(this.#selected.flow, flow))) return;
    const message = StunMessage.parse(bytes);
    if (message?.class === "request") this.#onRequest(flow, message);
    else if (message?.class === "success" || message?.class === "error") this.#onResponse(flow, message);
  }

  /**
   * Asks the other side for a sign of life on the selected pair. On a TCP connection its answer tells that all has arrived
   * that was sent before; then questions asked earlier count as answered too, and are not called back.
   */
  ask(answered: () => void): void {
    if (this.#state !== "selected" || this.#selected === undefined || this.#remote === undefined) return;
    const { pair, flow } = this.#selected;
    const { transactionId, request } = this.#request(pair, this.#remote);
    this.#questions.set(transactionKey(transactionId), answered);
    const [oldest] = this.#questions.keys();
    if (oldest !== undefined && this.#questions.size > MAX_QUESTIONS) this.#questions.delete(oldest);
    flow.send(request);
  }

  /** A TCP connection ended. */
  flowClosed(flow: IceFlow): void {
    this.#early.delete(flow);
    if (this.#state !== "checking") return;
    const pair = this.#list.find(flow);
    if (pair) this.#giveUp(pair);
  }

  close(): void {
    this.#state = "closed";
    this.#stopChecks();
    this.#questions.clear();
    this.#timers.keepAlive?.cancel();
  }

  /**
   * On a connection that both sides have opened, they check as soon as we do. If it is ours to propose, and without frames,
   * we let them go first: then nothing of ours is on its way when we do.
   */
  #reached(pair: CandidatePair, flow: IceFlow): void {
    pair.flow = flow;
    const letThemGo = this.#role === "controlling" && pair.local.tcpType === "so" && this.#canBeBare(pair);
    if (!letThemGo) this.#check(pair, flow);
    else pair.next = this.#scheduler.at(this.#scheduler.now() + THEIR_CHECK_MS, () => this.#check(pair, flow));
  }

  #check(pair: CandidatePair, flow: IceFlow, isNominating = false): void {
    if (this.#remote === undefined) return;
    if (pair.state !== "succeeded") pair.state = "checking";
    pair.flow = flow;
    const { transactionId, request } = this.#request(pair, this.#remote, isNominating);
    const sentAt = this.#scheduler.now();
    this.#transactions.send(transactionId, { pair, flow, request, isNominating, role: this.#role, sentAt });
  }

  #request({ local, isBare }: CandidatePair, remote: IceDescription, isNominating = false) {
    const { random, credentials } = this.#options;
    const transactionId = random.fill(new Uint8Array(TRANSACTION_ID_BYTES));
    const priority = candidatePriority("prflx", local.index);
    const contents = {
      transactionId,
      priority,
      isNominating,
      isBare,
      role: this.#role,
      tieBreaker: this.#tieBreaker,
    };
    return { transactionId, request: encodeBindingRequest(contents, credentials, remote) };
  }

  /**
   * What is proposed on a TCP connection to one of ours is agreed on as it arrives, and all that follows arrives after it:
   * so we go on as if the answer was there, which saves a round trip. DHTNet may lose what comes before it is ready.
   *
   * Where both can do without frames, the proposal is the last one in both directions. So nothing else may be on its way:
   * their check has come, and ours is answered, if there was one.
   */
  #propose(pair: CandidatePair): void {
    const { flow, local } = pair;
    if (flow === undefined) return;
    const isBare = this.#canBeBare(pair);
    pair.isPostponed = isBare && (!pair.isChecked || pair.state === "checking");
    if (pair.isPostponed) return;
    pair.isBare = isBare;
    this.#say(pair, "is proposed");
    this.#check(pair, flow, true);
    if (isBare || (this.#isPeerOurs && local.transport === "tcp")) this.#select(pair, flow);
  }

  #onResponse(flow: IceFlow, response: StunMessage): void {
    if (this.#state === "selected") {
      this.#onAnswer(response.transactionKey);
      return;
    }
    const key = shortTermKey(this.#remote?.pwd ?? "");
    if (response.class === "success" && !response.isSignedWith(key)) return;
    const transaction = this.#transactions.take(response, flow);
    if (transaction === undefined || this.#state !== "checking") return;
    const { pair } = transaction;
    if (response.class === "success") {
      pair.state = "succeeded";
      pair.roundTripMs = this.#scheduler.now() - transaction.sentAt;
      this.#say(pair, transaction.isNominating ? "is agreed on" : "works");
      if (transaction.isNominating || pair.isNominated) this.#select(pair, flow);
      else this.#look();
    } else if (response.error?.code === 487) {
      if (transaction.role === this.#role) this.#takeRole(this.#role === "controlling" ? "controlled" : "controlling");
      this.#nomination.withdraw(pair);
      this.#check(pair, flow);
    } else {
      this.#say(pair, `is refused: ${response.error?.code} ${response.error?.reason}`);
      this.#giveUp(pair);
    }
  }

  /** Even a refusal tells that the question has arrived; its id is known to nobody else. */
  #onAnswer(key: string): void {
    const answered = this.#questions.get(key);
    if (answered === undefined) return;
    for (const earlier of this.#questions.keys()) {
      this.#questions.delete(earlier);
      if (earlier === key) break;
    }
    answered();
  }

  #giveUp(pair: CandidatePair): void {
    this.#transactions.drop(pair);
    if (!this.#list.fail(pair)) this.#say(pair, "fails");
    this.#nomination.withdraw(pair);
    this.#look();
  }

  #onRequest(flow: IceFlow, request: StunMessage): void {
    const { credentials } = this.#options;
    const judged = judgeBindingRequest(request, credentials);
    if (judged.kind === "refused") flow.send(judged.response);
    if (judged.kind !== "check") return;
    if (judged.role === this.#role && this.#state !== "selected" && !this.#repairConflict(judged)) {
      flow.send(encodeRoleConflict(request, credentials));
      return;
    }
    if (judged.isBare && this.#selectBare(flow)) return;
    flow.send(encodeBindingSuccess(request, flow.remote, credentials));
    this.#isPeerOurs ||= judged.isOurs;
    if (this.#state === "checking") this.#trigger(flow, judged);
    else if (this.#state === "idle") this.#remember(flow, judged);
  }

  /** The proposal was their last frame, so it gets no answer but TLS. False when they could not mean it. */
  #selectBare(flow: IceFlow): boolean {
    const pair = this.#list.find(flow);
    const isDue = this.#role === "controlled" && this.#state === "checking" && pair?.state === "succeeded";
    if (!isDue || !flow.canBeBare) return false;
    pair.isBare = true;
    this.#select(pair, flow);
    return true;
  }

  /** A TCP connection without a relay, to a peer that knows how. */
  #canBeBare({ flow, isRelayed }: CandidatePair): boolean {
    return flow?.canBeBare === true && !isRelayed && this.#remote !== undefined && offersBareStream(this.#remote);
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
    for (const pair of this.#list.pairs) pair.takeRole(role);
    this.#nomination.withdraw();
  }

  /** They reach us on this flow: do we reach them (RFC 8445 §7.3.1.4)? */
  #trigger(flow: IceFlow, check: ReceivedCheck): void {
    const pair = this.#list.find(flow) ?? this.#learn(flow, check.priority);
    if (pair === undefined) return;
    if (check.isNominating && this.#role === "controlled") pair.isNominated = true;
    // They check as we do, and so have opened their router for what it may have kept out before.
    if (!this.#list.pairs.some(({ isChecked }) => isChecked)) this.#transactions.repeat();
    pair.next?.cancel();
    pair.flow ??= flow;
    pair.isChecked = true;
    if (pair.state === "succeeded" && pair.isNominated) this.#select(pair, flow);
    else if (this.#isGoodEnough(pair)) this.#nomination.propose(pair, this.#list.pairs);
    else if (pair.state === "checking") this.#transactions.repeat(pair);
    else if (pair.state !== "succeeded") this.#check(pair, flow);
    this.#look();
  }

  #learn(flow: IceFlow, priority: number): CandidatePair | undefined {
    const atBase = this.#locals.filter(({ base }) => base === flow.base);
    const local = atBase.find(({ tcpType }) => tcpType !== "active") ?? atBase[0];
    return local && this.#list.learn(local, flow, priority, this.#role);
  }

  /**
   * A direct TCP connection on which the other side has proved itself needs no more than to be agreed on: the check that
   * it triggers proposes it, which saves a round trip.
   */
  #isGoodEnough({ local, isRelayed }: CandidatePair): boolean {
    return (
      this.#role === "controlling" && this.#nomination.nominee === undefined && local.transport === "tcp" && !isRelayed
    );
  }

  /** After each change: is it time to propose a pair, or to give up? */
  #look(): void {
    if (this.#state !== "checking") return;
    const { pairs } = this.#list;
    const isHopeless = pairs.every(({ state }) => state === "failed");
    if (!isHopeless) this.#timers.passive?.cancel();
    else if (!this.#timers.passive?.isPending) {
      this.#setTimer("passive", PASSIVE_WAIT_MS, () => this.#fail("every address that was tried refused us"));
    }
    if (this.#role !== "controlling") return;
    const { nominee } = this.#nomination;
    if (nominee === undefined) this.#nomination.consider(pairs);
    else if (nominee.isPostponed) this.#propose(nominee);
  }

  #select(pair: CandidatePair, flow: IceFlow): void {
    this.#state = "selected";
    this.#selected = { pair, flow };
    this.#stopChecks();
    if (!pair.isBare) this.#keepAlive(flow);
    this.#options.onSelected(pair, flow);
  }

  #keepAlive(flow: IceFlow): void {
    const { random } = this.#options;
    const jitterMs = (random.uint32() % KEEP_ALIVE_JITTER_S) * 1000;
    this.#setTimer("keepAlive", KEEP_ALIVE_MS + jitterMs, () => {
      flow.send(encodeKeepAlive(random.fill(new Uint8Array(TRANSACTION_ID_BYTES))));
      this.#keepAlive(flow);
    });
  }

  #atEnd(): void {
    const hasValid = this.#list.pairs.some(({ state }) => state === "succeeded");
    if (!hasValid) this.#fail("no address answered in time");
    else if (this.#hadLastChance) this.#fail("a way was found, but the other side did not agree to it");
    else {
      this.#hadLastChance = true;
      this.#setTimer("end", LAST_CHANCE_MS, () => this.#atEnd());
      if (this.#role === "controlling") this.#nomination.proposeBest(this.#list.pairs);
    }
  }

  #fail(reason: string): void {
    if (this.#state === "closed") return;
    this.close();
    this.#options.onFailed(noPathError(reason, this.#locals, this.#remote?.candidates ?? []));
  }

  #stopChecks(): void {
    this.#list.stop();
    this.#nomination.stop();
    this.#transactions.clear();
    this.#timers.passive?.cancel();
    this.#timers.end?.cancel();
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

type TimerName = "passive" | "end" | "keepAlive";
