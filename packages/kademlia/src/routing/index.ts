export { Contact, STALE_AFTER_FAILURES } from "./contact.ts";
export { RoutingTable } from "./routing-table.ts";
