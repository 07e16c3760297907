import type { Request, RequestHandlers } from "../rpc/index.ts";
import { Field, Query, Select } from "../value/index.ts";
import type { ErrorReply, Reply } from "../wire/index.ts";
import type { Search } from "./search.ts";
import type { SearchNode } from "./search-node.ts";

const ID_AND_SEQ = new Query(new Select([Field.Id, Field.SeqNum]));

/** Asks a node which values, in which version, it holds: a refresh is cheaper than a value sent again. */
export class Probe implements RequestHandlers {
  readonly #search: Search;
  readonly #node: SearchNode;
  #request: Request | undefined;

  constructor(search: Search, node: SearchNode) {
    this.#search = search;
    this.#node = node;
    node.probe = this;
  }

  send(): void {
    const { key, host } = this.#search;
    this.#node.askedAt = host.scheduler.now();
    this.#request = host.rpc.get(this.#node.peer, key, ID_AND_SEQ, undefined, this);
  }

  cancel(): void {
    this.#request?.cancel();
    this.#node.probe = undefined;
  }

  onReply(reply: Reply): void {
    this.#node.probe = undefined;
    if (this.#search.onAnswer(this.#node, reply)) this.#search.onProbed(this.#node, heldVersions(reply));
  }

  onRetry(): void {
    this.#search.onSlow(this.#node);
  }

  onExpired(request: Request): void {
    this.#onFailure(request);
  }

  onError(_error: ErrorReply, request: Request): void {
    this.#onFailure(request);
  }

  #onFailure(request: Request): void {
    this.#node.probe = undefined;
    this.#search.onFailure(this.#node, request);
  }
}

/** Value id → sequence number, from the fields; a node that sends whole values instead is understood too. */
function heldVersions(reply: Reply): ReadonlyMap<bigint, number> {
  const versions = new Map<bigint, number>();
  for (const { id, seq } of reply.fields ?? []) if (id !== undefined) versions.set(id, seq ?? 0);
  for (const { id, seq } of reply.values) versions.set(id, seq);
  return versions;
}
