import type { Request, RequestHandlers } from "../rpc/index.ts";
import { type FieldValues, Query, Select, type Value, Where } from "../value/index.ts";
import type { ErrorReply, Reply } from "../wire/index.ts";
import type { Ask } from "./ask.ts";
import { MAX_FETCHED_BYTES, MAX_PAGES_UNDER_WAY } from "./limits.ts";
import type { Search } from "./search.ts";
import type { SearchNode } from "./search-node.ts";

/** Fetches from one node the values that it listed: each by its id, MAX_PAGES_UNDER_WAY at a time. */
export class Pages implements RequestHandlers {
  readonly #search: Search;
  readonly #node: SearchNode;
  readonly #ask: Ask;
  readonly #waiting: bigint[];
  readonly #listedValues: number;
  readonly #underWay = new Set<Request>();
  #fetchedBytes = 0;

  constructor(search: Search, node: SearchNode, ask: Ask, listed: readonly FieldValues[]) {
    this.#search = search;
    this.#node = node;
    this.#ask = ask;
    const ids = new Set<bigint>();
    for (const { id } of listed) if (id !== undefined && id !== 0n) ids.add(id);
    this.#waiting = [...ids].reverse();
    this.#listedValues = ids.size;
  }

  /** Sends what may be sent; tells the ask when nothing is left. */
  fetch(): void {
    const { key, host } = this.#search;
    while (this.#underWay.size < MAX_PAGES_UNDER_WAY) {
      const id = this.#waiting.pop();
      if (id === undefined) break;
      const query = new Query(Select.all, Where.all.id(id));
      this.#underWay.add(host.rpc.get(this.#node.peer, key, query, undefined, this));
    }
    if (this.#underWay.size > 0) return;
    this.#ask.noteHeld(this.#listedValues, this.#fetchedBytes);
    this.#ask.onEnd(undefined);
  }

  cancel(): void {
    this.#waiting.length = 0;
    for (const request of this.#underWay) request.cancel();
    this.#underWay.clear();
  }

  onReply(reply: Reply, request: Request): void {
    this.#underWay.delete(request);
    this.#fetchedBytes += sizeOf(reply.values);
    if (this.#fetchedBytes > MAX_FETCHED_BYTES) this.#waiting.length = 0;
    if (!this.#search.onAnswer(this.#node, reply)) return;
    this.#ask.onPage(reply);
    if (this.#ask.isPending) this.fetch();
  }

  onRetry(): void {
    this.#search.onSlow(this.#node);
  }

  onExpired(request: Request): void {
    this.#ask.onFailure(request);
  }

  onError(_error: ErrorReply, request: Request): void {
    this.#ask.onFailure(request);
  }
}

/** Bytes, as quotas count them. */
export function sizeOf(values: readonly Value[]): number {
  let bytes = 0;
  for (const { size } of values) bytes += size;
  return bytes;
}
