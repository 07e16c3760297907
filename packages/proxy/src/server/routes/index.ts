import { getValues, listen } from "./get.ts";
import { legacyRoutes } from "./legacy.ts";
import { nodeInfo, nodeStats, pingPush } from "./node.ts";
import { healthz, metrics } from "./operation.ts";
import { keyOptions } from "./options.ts";
import { cancelPermanentPut, putValue } from "./put.ts";
import type { Route } from "./route.ts";
import { putEncrypted, putSigned } from "./seal.ts";
import { subscribeKey, unsubscribeKey } from "./subscribe.ts";

export { answerOptions } from "./options.ts";
export type { Method, Route } from "./route.ts";

/** Everything that the server can be asked for. */
export const ROUTES: readonly Route[] = [
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
  keyOptions,
  healthz,
  metrics,
  ...legacyRoutes,
];
