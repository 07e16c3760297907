export * from "./dashboard-feed.ts";
export { type PageFile, readPageFiles } from "./page-files.ts";
export type { WatchedNode } from "./watched-node.ts";
