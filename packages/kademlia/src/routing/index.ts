export type { Bucket } from "./bucket.ts";
export { Contact, STALE_AFTER_FAILURES } from "./contact.ts";
export { RoutingTable, type RoutingTableOptions } from "./routing-table.ts";
