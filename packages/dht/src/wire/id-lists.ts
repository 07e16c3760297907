import { literal, type Writer } from "../msgpack/index.ts";

/** Values of which only the ids are told. */
export interface CarriesIds {
  readonly refreshed: readonly bigint[];
  readonly expired: readonly bigint[];
}

const REFRESHED = literal("re");
const EXPIRED = literal("exp");

/** How many entries `writeIdLists` will write. */
export function idListEntries(message: CarriesIds): number {
  return (message.refreshed.length > 0 ? 1 : 0) + (message.expired.length > 0 ? 1 : 0);
}

/** `[re: [id…]], [exp: [id…]]` */
export function writeIdLists(writer: Writer, { refreshed, expired }: CarriesIds): void {
  if (refreshed.length > 0) writeIds(writer, REFRESHED, refreshed);
  if (expired.length > 0) writeIds(writer, EXPIRED, expired);
}

function writeIds(writer: Writer, key: Uint8Array, ids: readonly bigint[]): void {
  writer.raw(key);
  writer.arrayHeader(ids.length);
  for (const id of ids) writer.uint64(id);
}
