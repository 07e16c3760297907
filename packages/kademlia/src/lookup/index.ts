export { Lookup, type LookupOptions, type LookupResult } from "./lookup.ts";
export { type Vote, type Winner, winnerOf } from "./votes.ts";
