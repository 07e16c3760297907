import type { Value } from "../value/index.ts";

/** Values of one update message: another one is begun when this size is reached. */
export const MAX_UPDATE_VALUE_BYTES = 57_344; // OpenDHT wire format, limits (56·1024)
/** Most value ids in one update message, so that it stays far below the size of a datagram. */
export const MAX_UPDATE_IDS = 512;

/** What happened under a key that somebody listens to. */
export type ListenerNews =
  | { readonly kind: "values"; readonly values: readonly Value[] }
  | { readonly kind: "refreshed"; readonly ids: readonly bigint[] }
  | { readonly kind: "expired"; readonly ids: readonly bigint[] };

/** What one update message says: only one of the three is ever non-empty. */
export interface UpdateBody {
  readonly values: readonly Value[];
  readonly refreshed: readonly bigint[];
  readonly expired: readonly bigint[];
}

/** Cuts news into messages of acceptable size. */
export function splitNews(news: ListenerNews): UpdateBody[] {
  switch (news.kind) {
    case "values":
      return splitValues(news.values).map((values) => ({ values, refreshed: [], expired: [] }));
    case "refreshed":
      return splitIds(news.ids).map((refreshed) => ({ values: [], refreshed, expired: [] }));
    case "expired":
      return splitIds(news.ids).map((expired) => ({ values: [], refreshed: [], expired }));
  }
}

function splitValues(values: readonly Value[]): Value[][] {
  const batches: Value[][] = [];
  let batch: Value[] = [];
  let bytes = 0;
  for (const value of values) {
    batch.push(value);
    bytes += value.size;
    if (bytes < MAX_UPDATE_VALUE_BYTES) continue;
    batches.push(batch);
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

function splitIds(ids: readonly bigint[]): bigint[][] {
  const batches: bigint[][] = [];
  for (let i = 0; i < ids.length; i += MAX_UPDATE_IDS) batches.push(ids.slice(i, i + MAX_UPDATE_IDS));
  return batches;
}
