import type { Logger, Scheduler } from "@hashmere/dht";
import { type StunMessage, shortTermKey } from "../stun/index.ts";
import { canBeBare } from "./bare-stream.ts";
import type { ReceivedCheck } from "./binding.ts";
import type { BindingRequests } from "./binding-requests.ts";
import { type Candidate, isSameCandidate } from "./candidate.ts";
import { type CandidatePair, canBeReachedByRelay, describePair } from "./candidate-pair.ts";
import { CheckDeadline } from "./check-deadline.ts";
import { CheckList } from "./check-list.ts";
import type { IceDescription } from "./description.ts";
import type { IceFlow, IceSockets } from "./flow.ts";
import type { OfferedCandidate } from "./local-candidates.ts";
import { Nomination } from "./nomination.ts";
import type { RoleAgreement } from "./role-agreement.ts";
import { Transactions } from "./transactions.ts";

/** How long their check on a connection may take that both sides have opened: it comes with the last packet of the handshake. */
const THEIR_CHECK_MS = 20;

/** What one description may have, twice. */
const MAX_REMOTE_CANDIDATES = 64;

export interface ConnectivityChecksOptions {
  readonly role: RoleAgreement;
  readonly requests: BindingRequests;
  readonly sockets: IceSockets;
  readonly scheduler: Scheduler;
  readonly log: Logger;
  readonly timeoutMs?: number | undefined;
  /** Both sides agree on it. */
  selected(pair: CandidatePair, flow: IceFlow): void;
  failed(reason: string): void;
}

/** From both descriptions to the pair that both sides agree on: our checks, theirs, and the proposal (RFC 8445 §7, §8). */
export class ConnectivityChecks {
  readonly #options: ConnectivityChecksOptions;
  readonly #scheduler: Scheduler;
  readonly #role: RoleAgreement;
  readonly #transactions: Transactions;
  readonly #list: CheckList;
  readonly #nomination: Nomination;
  readonly #deadline: CheckDeadline;
  #locals: readonly OfferedCandidate[];
  #remote: IceDescription;
  #isPeerOurs = false;
  #isOver = false;

  constructor(options: ConnectivityChecksOptions, locals: readonly OfferedCandidate[], remote: IceDescription) {
    const { scheduler, sockets, role } = options;
    this.#options = options;
    this.#scheduler = scheduler;
    this.#role = role;
    this.#locals = locals;
    this.#remote = remote;
    this.#transactions = new Transactions(scheduler);
    this.#list = new CheckList({
      sockets,
      scheduler,
      reachable: (pair, flow) => this.#reached(pair, flow),
      unreachable: (pair) => this.#giveUp(pair),
    });
    this.#nomination = new Nomination(scheduler, (pair) => this.#propose(pair));
    this.#deadline = new CheckDeadline(scheduler, {
      hasValid: () => this.#list.pairs.some(({ state }) => state === "succeeded"),
      lastChance: () => this.#role.role === "controlling" && this.#nomination.proposeBest(this.#list.pairs),
      over: (reason) => this.#fail(reason),
    });
  }

  get locals(): readonly OfferedCandidate[] {
    return this.#locals;
  }

  get remote(): IceDescription {
    return this.#remote;
  }

  /** @param early the checks of theirs that came before */
  begin(early: readonly (readonly [IceFlow, ReceivedCheck])[]): void {
    const { candidates } = this.#remote;
    this.#list.add(this.#locals, candidates, this.#role.role);
    const hasRelay = () => this.#locals.some((ours) => candidates.some((theirs) => canBeReachedByRelay(ours, theirs)));
    if (this.#list.pairs.length === 0 && early.length === 0 && !hasRelay()) {
      this.#fail("none of its addresses fits to one of ours");
      return;
    }
    this.#deadline.begin(this.#options.timeoutMs);
    for (const [flow, check] of early) this.checked(flow, check);
    this.#list.run();
    this.#look();
  }

  addLocal(candidate: OfferedCandidate): void {
    const isNewBase = this.#locals.every(({ base }) => base !== candidate.base);
    this.#locals = [...this.#locals, candidate];
    if (!isNewBase) return;
    this.#list.add([candidate], this.#remote.candidates, this.#role.role);
    this.#list.run();
  }

  addRemote(candidates: readonly Candidate[]): void {
    const { candidates: known } = this.#remote;
    const added = candidates
      .filter((candidate) => !known.some((other) => isSameCandidate(candidate, other)))
      .slice(0, Math.max(MAX_REMOTE_CANDIDATES - known.length, 0));
    this.#remote = { ...this.#remote, candidates: [...known, ...added] };
    this.#list.add(this.#locals, added, this.#role.role);
    this.#list.run();
  }

  /** They reach us on this flow: do we reach them (RFC 8445 §7.3.1.4)? */
  checked(flow: IceFlow, check: ReceivedCheck): void {
    if (this.#isOver) return;
    this.#isPeerOurs ||= check.isOurs;
    const pair = this.#list.find(flow) ?? this.#learn(flow, check.priority);
    if (pair === undefined) return;
    if (check.isNominating && this.#role.role === "controlled") pair.isNominated = true;
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

  /**
   * They propose to go on without frames. Their proposal was the last one, so it gets no answer but TLS. False when they could
   * not mean it.
   */
  checkedBare(flow: IceFlow): boolean {
    const pair = this.#list.find(flow);
    const isDue = this.#role.role === "controlled" && pair?.state === "succeeded";
    if (!isDue || !flow.canBeBare) return false;
    pair.isBare = true;
    this.#select(pair, flow);
    return true;
  }

  /** The response to a check of ours. */
  answered(flow: IceFlow, response: StunMessage): void {
    if (response.class === "success" && !response.isSignedWith(shortTermKey(this.#remote.pwd))) return;
    const transaction = this.#transactions.take(response, flow);
    if (transaction === undefined) return;
    const { pair } = transaction;
    if (response.class === "success") {
      pair.state = "succeeded";
      pair.roundTripMs = this.#scheduler.now() - transaction.sentAt;
      this.#say(pair, transaction.isNominating ? "is agreed on" : "works");
      if (transaction.isNominating || pair.isNominated) this.#select(pair, flow);
      else this.#look();
    } else if (response.error?.code === 487) {
      if (transaction.role === this.#role.role) this.changeRole();
      this.#nomination.withdraw(pair);
      this.#check(pair, flow);
    } else {
      this.#say(pair, `is refused: ${response.error?.code} ${response.error?.reason}`);
      this.#giveUp(pair);
    }
  }

  /** A TCP connection ended. */
  flowClosed(flow: IceFlow): void {
    const pair = this.#list.find(flow);
    if (pair) this.#giveUp(pair);
  }

  changeRole(): void {
    this.#role.change();
    for (const pair of this.#list.pairs) pair.takeRole(this.#role.role);
    this.#nomination.withdraw();
  }

  stop(): void {
    this.#isOver = true;
    this.#list.stop();
    this.#nomination.stop();
    this.#transactions.clear();
    this.#deadline.stop();
  }

  /**
   * On a connection that both sides have opened, they check as soon as we do. If it is ours to propose, and without frames,
   * we let them go first: then nothing of ours is on its way when we do.
   */
  #reached(pair: CandidatePair, flow: IceFlow): void {
    pair.flow = flow;
    const letThemGo = this.#role.role === "controlling" && pair.local.tcpType === "so" && canBeBare(pair, this.#remote);
    if (!letThemGo) this.#check(pair, flow);
    else pair.next = this.#scheduler.at(this.#scheduler.now() + THEIR_CHECK_MS, () => this.#check(pair, flow));
  }

  #check(pair: CandidatePair, flow: IceFlow, isNominating = false): void {
    if (pair.state !== "succeeded") pair.state = "checking";
    pair.flow = flow;
    const { transactionId, request } = this.#options.requests.check(pair, isNominating);
    const { role } = this.#role;
    this.#transactions.send(transactionId, { pair, flow, request, isNominating, role, sentAt: this.#scheduler.now() });
  }

  #giveUp(pair: CandidatePair): void {
    this.#transactions.drop(pair);
    if (!this.#list.fail(pair)) this.#say(pair, "fails");
    this.#nomination.withdraw(pair);
    this.#look();
  }

  #learn(flow: IceFlow, priority: number): CandidatePair | undefined {
    const atBase = this.#locals.filter(({ base }) => base === flow.base);
    const local = atBase.find(({ tcpType }) => tcpType !== "active") ?? atBase[0];
    return local && this.#list.learn(local, flow, priority, this.#role.role);
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
    const isBare = canBeBare(pair, this.#remote);
    pair.isPostponed = isBare && (!pair.isChecked || pair.state === "checking");
    if (pair.isPostponed) return;
    pair.isBare = isBare;
    this.#say(pair, "is proposed");
    this.#check(pair, flow, true);
    if (isBare || (this.#isPeerOurs && local.transport === "tcp")) this.#select(pair, flow);
  }

  /**
   * A direct TCP connection on which the other side has proved itself needs no more than to be agreed on: the check that
   * it triggers proposes it, which saves a round trip.
   */
  #isGoodEnough({ local, isRelayed }: CandidatePair): boolean {
    const isOursToPropose = this.#role.role === "controlling" && this.#nomination.nominee === undefined;
    return isOursToPropose && local.transport === "tcp" && !isRelayed;
  }

  /** After each change: is it time to propose a pair, or to give up? */
  #look(): void {
    if (this.#isOver) return;
    const { pairs } = this.#list;
    this.#deadline.setHopeless(pairs.every(({ state }) => state === "failed"));
    if (this.#role.role !== "controlling") return;
    const { nominee } = this.#nomination;
    if (nominee === undefined) this.#nomination.consider(pairs);
    else if (nominee.isPostponed) this.#propose(nominee);
  }

  #select(pair: CandidatePair, flow: IceFlow): void {
    this.stop();
    this.#options.selected(pair, flow);
  }

  #fail(reason: string): void {
    this.stop();
    this.#options.failed(reason);
  }

  #say(pair: CandidatePair, what: string): void {
    const { log } = this.#options;
    if (log.isEnabled("debug")) log.log("debug", `${describePair(pair)} ${what}`);
  }
}
