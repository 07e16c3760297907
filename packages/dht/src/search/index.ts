export type { Announcement, Tally } from "./announcement.ts";
export type { GetOp } from "./get-op.ts";
export * from "./limits.ts";
export type { ListenHandle, ListenSink } from "./listen-operation.ts";
export type { SearchRpc } from "./search-host.ts";
export { SearchTable, type SearchTableOptions } from "./search-table.ts";
export { searchesLog, searchLog } from "./searches-log.ts";
