export type * from "./messages.ts";

/** The folder that holds the page: `index.html` and what it loads, to be served under any one path. */
export const dashboardFiles = new URL("../dist/page/", import.meta.url);
