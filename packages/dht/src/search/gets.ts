import type { Peer } from "../routing/index.ts";
import { Query } from "../value/index.ts";
import type { Reply } from "../wire/index.ts";
import { Ask } from "./ask.ts";
import { MAX_HELD_NODES } from "./closest-nodes.ts";
import type { GetOp, WaitingGet } from "./get-op.ts";
import { MAX_ASKED_NODES, SEARCH_NODES, TARGET_NODES } from "./limits.ts";
import type { Search } from "./search.ts";
import type { SearchNode } from "./search-node.ts";

/** The gets that wait on one search; without any, the search asks its nodes to find closer ones. */
export class Gets {
  readonly #search: Search;
  #waiting: WaitingGet[] = [];
  #lastSerial = 0;

  constructor(search: Search) {
    this.#search = search;
  }

  get count(): number {
    return this.#waiting.length;
  }

  get areUrgent(): boolean {
    return this.#waiting.some(({ op }) => op.urgent);
  }

  get queries(): Query[] {
    return this.#waiting.map(({ op }) => op.query);
  }

  /** How many gets have begun so far. */
  get lastSerial(): number {
    return this.#lastSerial;
  }

  add(op: GetOp): void {
    this.#waiting.push({ op, serial: ++this.#lastSerial, isOver: false });
  }

  /** The op hears nothing any more. False when it isn't waiting. */
  cancel(op: GetOp): boolean {
    const get = this.#waiting.find((waiting) => waiting.op === op);
    if (get === undefined) return false;
    this.#remove([get]);
    this.#forgetAsks((ask) => ask.query.isNone);
    return true;
  }

  /**
   * Asks as many nodes as may be asked at the same time, the closest first. Once the search is synced, gets need the closest
   * nodes alone, and all of them: none of these waits for another one's answer. Nor does any where somebody is in a hurry.
   *
   * @returns when a node will have taken so long that another one may be asked, monotonic ms
   */
  ask(isSynced: boolean, now: number): number {
    const { nodes, operations } = this.#search;
    const areFound = isSynced && this.#waiting.length > 0;
    const most = operations.areUrgent ? SEARCH_NODES : areFound ? TARGET_NODES : MAX_ASKED_NODES;
    const reach = areFound ? TARGET_NODES : MAX_HELD_NODES;
    let asked = nodes.countAsked(now);
    while (asked < most && this.#askNext(reach, now)) asked = nodes.countAsked(now);
    return asked < most && !operations.areUrgent ? Number.POSITIVE_INFINITY : nodes.nextOverdue(now);
  }

  /** Some get waits for the answer to that question. */
  needs(ask: Ask): boolean {
    return this.#waiting.some((get) => ask.serves(get));
  }

  /** Hands an answer to every get that it answers; each filters for itself. */
  deliver(asked: Query, reply: Reply): void {
    const { values, fields } = reply;
    if (values.length === 0 && fields === undefined) return;
    // A copy, because a get may be cancelled by what it is told.
    for (const get of [...this.#waiting]) {
      if (get.isOver || !get.op.query.isSatisfiedBy(asked)) continue;
      if (values.length > 0) get.op.onValues?.(values);
      if (get.isOver) continue;
      if (fields !== undefined && !get.op.query.select.isEmpty) get.op.onFields?.(fields);
    }
  }

  /** Ends the gets that the closest nodes have all answered. Call it only while the search is synced. */
  complete(now: number): void {
    if (this.#waiting.length === 0) return;
    const done = this.#waiting.filter((get) => this.#isAnswered(get, now));
    if (done.length === 0) return;
    this.#remove(done);
    // Who hasn't answered yet is given the time to do so: whether it is dead will be worth knowing the next time.
    this.#forgetAsks((ask) => ask.isUnanswered);
    this.#end(done, true, this.#search.nodes.peers);
  }

  fail(): void {
    const failed = this.#waiting;
    this.#remove(failed);
    this.#forgetAsks(() => false);
    this.#end(failed, false, []);
  }

  #end(gets: readonly WaitingGet[], ok: boolean, peers: readonly Peer[]): void {
    for (const { op } of gets) op.onDone(ok, peers);
  }

  #remove(gets: readonly WaitingGet[]): void {
    for (const get of gets) get.isOver = true;
    this.#waiting = this.#waiting.filter((get) => !get.isOver);
  }

  /** Asks the next node that still owes somebody an answer. False when there is none. */
  #askNext(reach: number, now: number): boolean {
    if (this.#waiting.length === 0) return this.#ask(Query.none, reach, now, (node) => canFind(node, now));
    return this.#waiting.some((get) => this.#ask(get.op.query, reach, now, (node) => canAnswer(node, get, now)));
  }

  /** @param reach how many nodes that aren't bad come into question */
  #ask(query: Query, reach: number, now: number, canBeAsked: (node: SearchNode) => boolean): boolean {
    let passed = 0;
    for (const node of this.#search.nodes) {
      if (canBeAsked(node)) {
        new Ask(this.#search, node, query).send();
        return true;
      }
      if (!node.isBad(now) && ++passed === reach) break;
    }
    return false;
  }

  #isAnswered(get: WaitingGet, now: number): boolean {
    let answered = 0;
    for (const node of this.#search.nodes) {
      if (node.isBad(now)) continue;
      if (!node.asks.some((ask) => !ask.isPending && ask.serves(get))) return false;
      if (++answered === TARGET_NODES) break;
    }
    return answered > 0;
  }

  /** Forgets, and cancels, the questions that serve no waiting get and aren't kept for another reason. */
  #forgetAsks(isKept: (ask: Ask) => boolean): void {
    for (const node of this.#search.nodes) node.keepAsks((ask) => this.needs(ask) || isKept(ask));
  }
}

/** A find is worth sending where the node's last answer is too old for its token. */
function canFind(node: SearchNode, now: number): boolean {
  return !node.isAsked && !node.isDead(now) && now >= node.syncedUntil;
}

/** The node isn't asked for the get already, and hasn't answered it; nor did it answer anything lately. */
function canAnswer(node: SearchNode, get: WaitingGet, now: number): boolean {
  if (node.isDead(now)) return false;
  if (!node.isAsked && now >= node.syncedUntil) return true;
  return !node.asks.some((ask) => ask.serves(get));
}
