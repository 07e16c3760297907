import type { ProxyLimits } from "./limits.ts";

/** What clients have so many of, in the words of refusals. */
export type Share =
  | "connections"
  | "requests"
  | "listens"
  | "subscriptions"
  | "permanent puts"
  | "watchers"
  | "lookups"
  | "tickets";

/** Of each, how many one client may have, and how many all together. */
export function shareLimits(
  limits: ProxyLimits,
): Readonly<Record<Share, { readonly client: number; readonly all: number }>> {
  return {
    connections: { client: limits.maxConnectionsPerClient, all: limits.maxConnections },
    requests: { client: limits.maxRequestsPerClient, all: limits.maxRequests },
    listens: { client: limits.maxListensPerClient, all: limits.maxRequests }, // each is a request
    subscriptions: { client: limits.maxSubscriptionsPerClient, all: limits.maxSubscriptions },
    "permanent puts": { client: limits.maxPermanentPutsPerClient, all: limits.maxPermanentPuts },
    watchers: { client: limits.maxWatchersPerClient, all: limits.maxWatchers },
    lookups: { client: limits.maxLookupsPerClient, all: limits.maxLookups },
    tickets: { client: limits.maxTicketsPerClient, all: limits.maxTickets },
  };
}

export function noShares(): Record<Share, number> {
  return {
    connections: 0,
    requests: 0,
    listens: 0,
    subscriptions: 0,
    "permanent puts": 0,
    watchers: 0,
    lookups: 0,
    tickets: 0,
  };
}
