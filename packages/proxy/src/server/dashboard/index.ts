export * from "./dashboard-feed.ts";
export { type PageFile, readPageFiles } from "./page-files.ts";
