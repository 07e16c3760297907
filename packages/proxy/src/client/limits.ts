// Patience and bounds of the client. Those that OpenDHT's client has too are the same ("REST proxy", constants and client).

/** A proxy that is connected to its network is looked at again after this time, at the latest. */
export const RECHECK_CONNECTED_MS = 15 * 60_000;
/** One that isn't, after this. */
export const RECHECK_DISCONNECTED_MS = 60_000;
/** Failures of operations lead to a look at the proxy at once, but not more often than this. */
export const MIN_CHECK_GAP_MS = 1_000;
/** Who waits for an answer has the proxy looked at whenever so much time has passed. */
export const CHECK_WHILE_WAITING_MS = 10_000;
/** How long a look at a proxy may take before another proxy is looked for… */
export const CHECK_TIMEOUT_MS = 10_000;
/** …and at most, where the last look took long, but was answered. */
export const SLOW_CHECK_TIMEOUT_MS = 60_000;
/** How long a proxy may take until it begins to answer. A put is answered when it is done, and a refusal can take a minute. */
export const ANSWER_TIMEOUT_MS = 120_000;
/** How long a get may be silent. */
export const SILENCE_TIMEOUT_MS = 60_000;
/** Redirects followed. */
export const MAX_REDIRECTS = 5;
/** One line of an answer, in UTF-16 units: a value of 64 KiB, its signature and its owner in base64 take less than a tenth. */
export const MAX_LINE_LENGTH = 1 << 20;

/** All lines of one answer, in UTF-16 units. The rest of a longer one is not read, and it counts as failed. */
export const MAX_ANSWER_LENGTH = 128 << 20;

/** The stream of a key lives on for this long after its last listener has gone, in case that another comes. */
export const LINGER_MS = 60_000;
/**
 * Streams of keys that all tabs of a site have open together. Browsers have six connections to a server that speaks HTTP/1.1,
 * for all tabs, and what comes after that waits: puts would wait for streams that never end. The page of a proxy takes one
 * more, and two are left.
 */
export const MAX_BROWSER_STREAMS = 3;
/** Keys beyond that are looked at from time to time instead. */
export const POLL_MS = 10_000;
/** How often proxies that can are asked to say something on a silent stream. */
export const HEARTBEAT_S = 20;
/** A stream with heartbeats is taken for dead when three of them are missing… */
export const SILENT_STREAM_MS = 3 * HEARTBEAT_S * 1000;
/** …and one without, as those of OpenDHT's own proxy are, is opened anew when it has been silent for this time. */
export const RENEW_STREAM_MS = 15 * 60_000;
/** What failed is tried again after a pause between these, doubling, by chance up to a half shorter. */
export const MIN_RETRY_MS = 500;
export const MAX_RETRY_MS = 60_000;
/** A stream that held for this long didn't fail: its successor comes after the shortest pause. */
export const STEADY_MS = 10_000;

/** Permanent puts and subscriptions live for 24 h on the proxy, and are renewed after 22 h. */
export const RENEWAL_MS = 22 * 3_600_000;
/** After a reconnection, listens and permanent puts are begun anew at this distance from each other at most… */
export const REPEAT_DISTANCE_MS = 20;
/** …and all within this time. */
export const MAX_REPEAT_SPREAD_MS = 60_000;

/** Requests under way, streams not counted. Others wait. */
export const MAX_REQUESTS_AT_ONCE = 64;
/** Requests that wait. One more fails at once. */
export const MAX_WAITING_REQUESTS = 65_536;
/** Keys listened to. A listen at one more fails. */
export const MAX_LISTENED_KEYS = 4_096;
/** Values remembered of a key listened to, to tell news from repetitions. The oldest are forgotten, and reported as gone. */
export const MAX_KNOWN_VALUES = 16_384;
/** And so many bytes of them. */
export const MAX_KNOWN_BYTES = 64 << 20;
/** Permanent puts. One more is put once, and fails as a permanent one. */
export const MAX_PERMANENT_PUTS = 65_536;
/** Signed values put here that are remembered, so that none of them is followed by an older or an unsigned version. */
export const MAX_REMEMBERED_SIGNED = 4_096;
