/**
 * The iterative lookup (Kademlia paper §2.3), driven by answers rather than in rounds.
 *
 * `alpha` requests are kept in flight towards the nearest nodes not asked yet; each answer adds the nodes that it names
 * and starts the next request. When `alpha` answers in a row have brought nobody nearer, all of the k nearest are asked
 * at once. The lookup ends when the k nearest known nodes have all answered.
 *
 * A node whose answer is late is set aside until it answers: its place in flight and among the k nearest goes to the
 * next one. So a dead node delays a lookup by one patience, not by a timeout.
 */

import type { Address } from "../address/index.ts";
import type { NodeId } from "../id/index.ts";
import type { Call, Caller, Rpc } from "../rpc/index.ts";
import type { Answer, NodeEntry } from "../wire/index.ts";
import { type Candidate, Shortlist } from "./shortlist.ts";
import type { Vote } from "./votes.ts";

/** Requests of one lookup, in multiples of k. Bounds what a peer that invents ever nearer nodes can cost. */
const MAX_REQUESTS_IN_K = 16;
/** Late answers waited for, as long as fewer than k nodes have answered. */
const WORTH_WAITING_FOR = 1;

export interface LookupOptions {
  readonly rpc: Rpc;
  readonly ownId: NodeId;
  readonly target: NodeId;
  readonly method: "find_node" | "find_value";
  readonly k: number;
  readonly alpha: number;
  readonly seeds: readonly NodeEntry[];
  /** Of `find_value`: end as soon as this many nodes have given a value. Infinity asks all k nearest. */
  readonly quorum: number;
  /** False: ask the seeds and nobody else. */
  readonly follow: boolean;
  /** Whether a node that somebody named may be asked. */
  readonly mayAsk: (node: NodeEntry, namedBy: Address) => boolean;
  /** A node has answered. */
  readonly onAnswered: (node: NodeEntry) => void;
}

export interface LookupResult {
  /** The nearest nodes that answered, at most k, nearest first. */
  readonly closest: readonly NodeEntry[];
  /** What the nearest holders store at the target, at most k, nearest first. Empty for `find_node`. */
  readonly votes: readonly Vote[];
  /** The nearest node that answered and stores nothing there. */
  readonly nearestWithout: NodeEntry | undefined;
  /** Number of nodes asked. */
  readonly asked: number;
}

export class Lookup implements Caller {
  /** Never rejects: a network that is silent is a result. */
  readonly result: Promise<LookupResult>;
  readonly #options: LookupOptions;
  readonly #shortlist: Shortlist;
  readonly #candidateOf = new Map<string, Candidate>();
  readonly #resolve: (result: LookupResult) => void;
  #isDone = false;
  #inFlight = 0;
  #answered = 0;
  #votes = 0;
  #answersWithoutProgress = 0;

  constructor(options: LookupOptions) {
    this.#options = options;
    this.#shortlist = new Shortlist(options.target);
    let resolveResult: (result: LookupResult) => void = () => {};
    this.result = new Promise((resolve) => {
      resolveResult = resolve;
    });
    this.#resolve = resolveResult;
    for (const seed of options.seeds) this.#shortlist.add(seed);
    this.#advance();
  }

  /** Ends now, with what is known so far. */
  cancel(): void {
    if (!this.#isDone) this.#finish();
  }

  onAnswer(answer: Answer, call: Call): void {
    const candidate = this.#candidateAt(call.to);
    if (!candidate) return;
    if (candidate.state === "asked") this.#inFlight--;
    candidate.state = "answered";
    this.#options.onAnswered(candidate);
    if (this.#isDone) return;
    this.#answered++;
    if (answer.kind === "value") {
      candidate.value = answer.value;
      this.#votes++;
    } else if (answer.kind === "nodes" && this.#options.follow) {
      this.#learn(answer.nodes, call.to);
    }
    this.#advance();
  }

  /** Asks again only those that would count: the paper has no retransmission on the way. */
  onLate(call: Call): boolean {
    const candidate = this.#candidateAt(call.to);
    if (!candidate) return false;
    if (candidate.state === "asked") this.#inFlight--;
    candidate.state = "late";
    candidate.unanswered = call.transmissions;
    this.#advance();
    return !this.#isDone && this.#isAmongNearest(candidate);
  }

  onSilence(call: Call): void {
    const candidate = this.#candidateAt(call.to);
    if (!candidate) return;
    if (candidate.state === "asked") this.#inFlight--;
    candidate.state = "failed";
    this.#advance();
  }

  #candidateAt(address: Address): Candidate | undefined {
    return this.#candidateOf.get(address.text);
  }

  #learn(nodes: readonly NodeEntry[], namedBy: Address): void {
    const { mayAsk } = this.#options;
    const nearest = this.#shortlist.candidates[0];
    for (const node of nodes) if (mayAsk(node, namedBy)) this.#shortlist.add(node);
    this.#answersWithoutProgress = this.#shortlist.candidates[0] === nearest ? this.#answersWithoutProgress + 1 : 0;
  }

  /** Asks whom there is to ask, and ends the lookup when there is nobody left to wait for. */
  #advance(): void {
    if (this.#isDone) return;
    if (this.#votes >= this.#options.quorum) {
      this.#finish();
      return;
    }
    const { k } = this.#options;
    const width = this.#width();
    let visible = 0;
    let awaited = 0;
    for (const candidate of this.#shortlist.candidates) {
      if (candidate.state === "new" && this.#inFlight < width) this.#ask(candidate);
      if (candidate.state === "late" || candidate.state === "failed") continue;
      if (candidate.state !== "answered") awaited++;
      if (++visible === k) break;
    }
    if (awaited === 0 && !this.#isWorthWaiting()) this.#finish();
  }

  /** How many requests to have in flight. Once holders have been met, no more than the votes that are still wanted. */
  #width(): number {
    const { k, alpha, quorum, follow } = this.#options;
    const width = this.#answersWithoutProgress >= alpha || !follow ? k : alpha;
    return this.#votes > 0 ? Math.min(width, quorum - this.#votes) : width;
  }

  #ask(candidate: Candidate): void {
    const { rpc, method, ownId, target, k } = this.#options;
    const isAskedUnderAnotherId = this.#candidateOf.has(candidate.address.text);
    if (isAskedUnderAnotherId || this.#candidateOf.size >= k * MAX_REQUESTS_IN_K) {
      candidate.state = "failed";
      return;
    }
    candidate.state = "asked";
    this.#inFlight++;
    this.#candidateOf.set(candidate.address.text, candidate);
    rpc.call({ method, sender: ownId, target }, candidate.address, this);
  }

  #isAmongNearest(candidate: Candidate): boolean {
    let rank = 0;
    for (const other of this.#shortlist.candidates) {
      if (other === candidate) return true;
      if (other.state !== "failed" && ++rank === this.#options.k) return false;
    }
    return false;
  }

  /** With k answers nobody is missed. With fewer, a lost datagram deserves its second try; with none, every hope counts. */
  #isWorthWaiting(): boolean {
    if (this.#answered >= this.#options.k) return false;
    for (const candidate of this.#candidateOf.values()) {
      if (candidate.state !== "late") continue;
      if (this.#answered === 0 || candidate.unanswered <= WORTH_WAITING_FOR) return true;
    }
    return false;
  }

  #finish(): void {
    this.#isDone = true;
    const answered = this.#shortlist.candidates.filter((candidate) => candidate.state === "answered");
    const votes: Vote[] = [];
    for (const { id, address, value } of answered) {
      if (value && votes.length < this.#options.k) votes.push({ node: { id, address }, value });
    }
    const without = answered.find((candidate) => !candidate.value);
    this.#resolve({
      closest: answered.slice(0, this.#options.k),
      votes,
      nearestWithout: without,
      asked: this.#candidateOf.size,
    });
  }
}
