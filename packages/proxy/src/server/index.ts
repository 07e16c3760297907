export { DashboardFeed, readPageFiles } from "./dashboard/index.ts";
export type { Health, HealthStatus } from "./health.ts";
export { createHttpApp } from "./http-app.ts";
export * from "./limits.ts";
export type { SavedPut } from "./permanent-puts.ts";
export { ProxyService } from "./proxy-service.ts";
export { allRoutes, dashboardRoutes, type Route } from "./routes/index.ts";
export { decodeProxyState, encodeProxyState, type ProxyState, STATE_SLICE_BYTES } from "./state-file.ts";
export type { ProxyStats } from "./statistics.ts";
