export { Lookup, type LookupResult } from "./lookup.ts";
export { type Vote, winnerOf } from "./votes.ts";
