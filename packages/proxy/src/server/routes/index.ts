import { descriptionRoutes } from "./description.ts";
import { getValues, listen } from "./get.ts";
import { legacyRoutes } from "./legacy.ts";
import { nodeInfo, nodeStats, pingPush, rootInfo } from "./node.ts";
import { healthz, metrics } from "./operation.ts";
import { keyOptions } from "./options.ts";
import { cancelPermanentPut, putValue } from "./put.ts";
import type { Route } from "./route.ts";
import { putEncrypted, putSigned } from "./seal.ts";
import { subscribeKey, unsubscribeKey } from "./subscribe.ts";
import { takeTicket } from "./ticket.ts";

export { dashboardRoutes } from "./dashboard.ts";
export { answerOptions } from "./options.ts";
export type { Route } from "./route.ts";

/** The REST interface. */
const REST_ROUTES: readonly Route[] = [
  nodeInfo,
  nodeStats,
  getValues,
  listen,
  putValue,
  cancelPermanentPut,
  putSigned,
  putEncrypted,
  subscribeKey,
  unsubscribeKey,
  pingPush,
  takeTicket,
  keyOptions,
  healthz,
  metrics,
  ...legacyRoutes,
];

/** Everything that a server can be asked for. @param dashboard routes of the page, where it is served */
export function allRoutes(dashboard: readonly Route[] = [rootInfo]): readonly Route[] {
  const routes = [...REST_ROUTES, ...dashboard];
  return [...routes, ...descriptionRoutes(routes)];
}
