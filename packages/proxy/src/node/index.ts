export { ProxyServerError } from "./errors.ts";
export { type ProxyFetchOptions, proxyFetch } from "./proxy-fetch.ts";
export { ProxyServer, type ProxyServerOptions } from "./proxy-server.ts";
export { SAVE_DELAY_MS } from "./state-keeper.ts";
export type { ProxyTls } from "./web-server.ts";
