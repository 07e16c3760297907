/** What the server lets its clients have. A client is an IPv4 address, or an IPv6 network of 64 bits. */
export interface ProxyLimits {
  /** Open connections, of all clients together. Default 20,000. */
  readonly maxConnections: number;
  /** Open connections of one client. Default 4,096. */
  readonly maxConnectionsPerClient: number;
  /** Requests under way, of all clients together, listens and pipelined ones included. Default 40,000. */
  readonly maxRequests: number;
  /** Requests of one client that are under way. Default 8,192. */
  readonly maxRequestsPerClient: number;
  /** Open listens of one client. Default 4,096. */
  readonly maxListensPerClient: number;
  /** Push subscriptions, of all clients together. Default 100,000. */
  readonly maxSubscriptions: number;
  /** Push subscriptions that one client has made. Default 4,096. */
  readonly maxSubscriptionsPerClient: number;
  /** Permanent puts, of all clients together. Default 100,000. */
  readonly maxPermanentPuts: number;
  /** Permanent puts that one client has made. Default 4,096. */
  readonly maxPermanentPutsPerClient: number;
  /** Pages that watch the node, of all clients together. Default 64. */
  readonly maxWatchers: number;
  /** Pages of one client that watch. Default 16. */
  readonly maxWatchersPerClient: number;
  /** Lookups from pages that are under way, of all clients together. Default 16. */
  readonly maxLookups: number;
  /** The same of one client. Default 4. */
  readonly maxLookupsPerClient: number;
  /** Tickets that are out, of all clients together. Default 4,096. */
  readonly maxTickets: number;
  /** Tickets of one client that are out. Default 256. */
  readonly maxTicketsPerClient: number;
  /** Puts and pings of one client per second, on average; twice as many at once. Default 1,000. */
  readonly maxPutsPerSecondPerClient: number;
  /** Bytes of values that one client has put in the last ten minutes, or has put permanently. Default 256 MiB. */
  readonly maxBytesPerClient: number;
  /** The same of all clients together. Default 1 GiB. */
  readonly maxBytes: number;
  /** Bytes that wait for slow readers of one client, of all its streams; beyond it those furthest behind are cut off. Default 64 MiB. */
  readonly maxWaitingBytesPerClient: number;
  /** The same of all clients together. Default 512 MiB. */
  readonly maxWaitingBytes: number;
  /** Bytes of a request's body. Default 256 KiB: the largest value has 64 KiB, and base64 adds a third. */
  readonly maxBodyBytes: number;
  /** Bytes of a stream that wait for a slow reader; beyond it the connection is closed. Default 4 MiB. */
  readonly maxStreamBytes: number;
}

export const DEFAULT_LIMITS: ProxyLimits = {
  maxConnections: 20_000,
  maxConnectionsPerClient: 4_096,
  maxRequests: 40_000,
  maxRequestsPerClient: 8_192,
  maxListensPerClient: 4_096,
  maxSubscriptions: 100_000,
  maxSubscriptionsPerClient: 4_096,
  maxPermanentPuts: 100_000,
  maxPermanentPutsPerClient: 4_096,
  maxWatchers: 64,
  maxWatchersPerClient: 16,
  maxLookups: 16,
  maxLookupsPerClient: 4,
  maxTickets: 4_096,
  maxTicketsPerClient: 256,
  maxPutsPerSecondPerClient: 1_000,
  maxBytesPerClient: 256 * 2 ** 20,
  maxBytes: 2 ** 30,
  maxWaitingBytesPerClient: 64 * 2 ** 20,
  maxWaitingBytes: 512 * 2 ** 20,
  maxBodyBytes: 256 * 2 ** 10,
  maxStreamBytes: 4 * 2 ** 20,
};

/** For those who have other means to keep clients in bounds, or measure. What a request and a reader may cost stays. */
export const NO_CLIENT_LIMITS: Partial<ProxyLimits> = {
  maxConnections: Number.POSITIVE_INFINITY,
  maxConnectionsPerClient: Number.POSITIVE_INFINITY,
  maxRequests: Number.POSITIVE_INFINITY,
  maxRequestsPerClient: Number.POSITIVE_INFINITY,
  maxListensPerClient: Number.POSITIVE_INFINITY,
  maxSubscriptions: Number.POSITIVE_INFINITY,
  maxSubscriptionsPerClient: Number.POSITIVE_INFINITY,
  maxPermanentPuts: Number.POSITIVE_INFINITY,
  maxPermanentPutsPerClient: Number.POSITIVE_INFINITY,
  maxWatchers: Number.POSITIVE_INFINITY,
  maxWatchersPerClient: Number.POSITIVE_INFINITY,
  maxLookups: Number.POSITIVE_INFINITY,
  maxLookupsPerClient: Number.POSITIVE_INFINITY,
  maxTickets: Number.POSITIVE_INFINITY,
  maxTicketsPerClient: Number.POSITIVE_INFINITY,
  maxPutsPerSecondPerClient: Number.POSITIVE_INFINITY,
  maxBytesPerClient: Number.POSITIVE_INFINITY,
  maxBytes: Number.POSITIVE_INFINITY,
  maxWaitingBytesPerClient: Number.POSITIVE_INFINITY,
  maxWaitingBytes: Number.POSITIVE_INFINITY,
};

/** Of a request line with all its headers. */
export const MAX_HEADER_BYTES = 16_384;
/** Requests of one connection that wait for their answer, the one being answered included; beyond it the connection ends. */
export const MAX_PIPELINED_REQUESTS = 64;
/** From the first byte of a request to the end of its headers. */
export const HEADERS_TIMEOUT_MS = 10_000;
/** From the first byte of a request to the end of its body. */
export const REQUEST_TIMEOUT_MS = 30_000;
/** Who sends a body that is too long may go on for so long after the answer, and reads it meanwhile; then the connection ends. */
export const REFUSED_BODY_MS = 2_000;
/** A connection without request is closed. */
export const KEEP_ALIVE_TIMEOUT_MS = 65_000;
/** Shortest and longest heartbeat that a client may ask for. */
export const MIN_HEARTBEAT_S = 5;
export const MAX_HEARTBEAT_S = 300;
/** A reader who has not caught up within that time is cut off. */
export const STALLED_READER_MS = 60_000; // OpenDHT REST proxy, constants
/** Silence after which the kernel asks whether the client's is still there: ten times, once a second. Then he has gone. */
export const TCP_KEEP_ALIVE_MS = 30_000;
/** Where something was sent it doesn't ask, but repeats that for a quarter of an hour: who confirms nothing for so long has gone. */
export const UNCONFIRMED_MS = 60_000;
/** How often the kernel's tables are read for that. */
export const UNCONFIRMED_CHECK_MS = 10_000;
/** How often connections are looked at for the above, which is how much later it may be noticed. */
export const CONNECTION_CHECK_MS = 1_000;
/** What is under way when a server closes may take so long to come to its end; then all connections are cut. */
export const CLOSE_GRACE_MS = 5_000;
