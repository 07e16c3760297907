import type { InfoHash } from "../id/index.ts";
import type { Filter, Value } from "../value/index.ts";

/** What an index needs of a node; a DhtRunner has all of it. */
export interface IndexNetwork {
  get(
    key: InfoHash,
    options: { readonly filter: Filter; readonly signal?: AbortSignal | undefined },
  ): AsyncIterable<Value> & { readonly done: Promise<{ readonly ok: boolean }> };
  put(
    key: InfoHash,
    value: Value,
    options?: { readonly created?: Date | undefined },
  ): PromiseLike<{ readonly ok: boolean }>;
  listen(
    key: InfoHash,
    options: { readonly filter: Filter; readonly signal: AbortSignal },
  ): AsyncIterable<{ readonly value: Value; readonly expired: boolean }>;
}
