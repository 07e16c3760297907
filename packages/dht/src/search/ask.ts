import type { Request, RequestHandlers } from "../rpc/index.ts";
import { Field, Query, Select } from "../value/index.ts";
import type { ErrorReply, Reply } from "../wire/index.ts";
import type { WaitingGet } from "./get-op.ts";
import { MAX_INLINE_BYTES, MAX_INLINE_VALUES } from "./limits.ts";
import { Pages, sizeOf } from "./pages.ts";
import type { Search } from "./search.ts";
import type { SearchNode } from "./search-node.ts";

const SELECT_ID = new Select([Field.Id]);
const ALL_IDS = new Query(SELECT_ID);

/**
 * One question to one node: a `find` (its query is Query.none), a query for fields, or a get of whole values. The last
 * asks for the ids first and fetches each value by itself, because one datagram holds many ids but few values; unless the
 * node is known to hold few.
 */
export class Ask implements RequestHandlers {
  readonly query: Query;
  /** A find is sent for the sake of the token. */
  readonly needsToken = true;
  readonly #search: Search;
  readonly #node: SearchNode;
  readonly #isPaged: boolean;
  #request: Request | undefined;
  #pages: Pages | undefined;
  #isPending = true;
  /** How many gets the search had seen begin when the answer began to come. */
  #answeredSerial = Number.POSITIVE_INFINITY;

  constructor(search: Search, node: SearchNode, query: Query) {
    this.#search = search;
    this.#node = node;
    this.query = query;
    this.#isPaged = isForValues(query) && !node.isBrief;
    node.addAsk(this);
  }

  get isPending(): boolean {
    return this.#isPending;
  }

  /** Nothing has come yet. */
  get isUnanswered(): boolean {
    return this.#isPending && this.#answeredSerial === Number.POSITIVE_INFINITY;
  }

  send(): void {
    const { peer } = this.#node;
    const { key, host } = this.#search;
    this.#node.askedAt = host.scheduler.now();
    this.#request = this.query.isNone
      ? host.rpc.find(peer, key, undefined, this)
      : host.rpc.get(peer, key, this.#isPaged ? idsOf(this.query) : this.query, undefined, this);
  }

  /** Whether the answer, had or awaited, is one for this get: wide enough, and not older than the get. */
  serves(get: WaitingGet): boolean {
    return !this.query.isNone && get.serial <= this.#answeredSerial && get.op.query.isSatisfiedBy(this.query);
  }

  cancel(): void {
    this.#isPending = false;
    this.#request?.cancel();
    this.#pages?.cancel();
  }

  onReply(reply: Reply): void {
    this.#answeredSerial = this.#search.operations.gets.lastSerial;
    if (!this.#search.onAnswer(this.#node, reply)) return;
    if (this.#isPaged && reply.fields !== undefined && this.#search.operations.gets.needs(this)) {
      this.#pages = new Pages(this.#search, this.#node, this, reply.fields);
      this.#pages.fetch();
      return;
    }
    this.onEnd(reply);
  }

  onRetry(): void {
    this.#search.onSlow(this.#node);
  }

  onExpired(request: Request): void {
    this.onFailure(request);
  }

  onError(_error: ErrorReply, request: Request): void {
    this.onFailure(request);
  }

  /** Some of what was asked for has come. */
  onPage(reply: Reply): void {
    this.#search.operations.gets.deliver(this.query, reply);
  }

  /** The last of what was asked for has come. */
  onEnd(reply: Reply | undefined): void {
    this.#isPending = false;
    if (reply !== undefined) this.noteHeld(reply.values.length, sizeOf(reply.values));
    if (!this.#search.operations.gets.needs(this)) this.#node.removeAsk(this);
    else if (reply !== undefined) this.onPage(reply);
    this.#search.stepSoon();
  }

  /** All that the question asked for is known now. */
  noteHeld(values: number, bytes: number): void {
    if (!isForValues(this.query) || !this.query.where.isEmpty) return;
    this.#node.isBrief = values < MAX_INLINE_VALUES && bytes < MAX_INLINE_BYTES;
  }

  onFailure(request: Request): void {
    this.cancel();
    this.#node.removeAsk(this);
    this.#search.onFailure(this.#node, request);
  }
}

function isForValues(query: Query): boolean {
  return !query.isNone && query.select.isEmpty;
}

function idsOf(query: Query): Query {
  return query.where.isEmpty ? ALL_IDS : new Query(SELECT_ID, query.where);
}
