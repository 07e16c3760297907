import { DEFAULT_LIMITS, NO_CLIENT_LIMITS, type ProxyLimits } from "@hashmere/proxy";
import type { LimitOptions } from "./limit-options.ts";

/** What the options say, and what has to grow with it: one client can't have more than all, nor listens without connections. */
export function limitsOf(options: LimitOptions): ProxyLimits {
  const limits = { ...DEFAULT_LIMITS, ...(options.clientLimits ? {} : NO_CLIENT_LIMITS) };
  const {
    maxListens = limits.maxListensPerClient,
    maxConnections = Math.max(limits.maxConnectionsPerClient, options.maxListens ?? 0),
    maxSubscriptions = limits.maxSubscriptionsPerClient,
    maxPermanentPuts = limits.maxPermanentPutsPerClient,
    maxPuts = limits.maxPutsPerSecondPerClient,
  } = options;
  const maxBytes = options.maxMegabytes === undefined ? limits.maxBytesPerClient : options.maxMegabytes * 2 ** 20;
  // As many more as connections: some wait behind others.
  const maxRequests = Math.max(limits.maxRequestsPerClient, 2 * maxConnections);
  return {
    ...limits,
    maxConnections: Math.max(limits.maxConnections, maxConnections),
    maxConnectionsPerClient: maxConnections,
    maxRequests: Math.max(limits.maxRequests, maxRequests),
    maxRequestsPerClient: maxRequests,
    maxListensPerClient: maxListens,
    maxSubscriptions: Math.max(limits.maxSubscriptions, maxSubscriptions),
    maxSubscriptionsPerClient: maxSubscriptions,
    maxPermanentPuts: Math.max(limits.maxPermanentPuts, maxPermanentPuts),
    maxPermanentPutsPerClient: maxPermanentPuts,
    maxPutsPerSecondPerClient: maxPuts,
    maxBytes: Math.max(limits.maxBytes, maxBytes),
    maxBytesPerClient: maxBytes,
  };
}
