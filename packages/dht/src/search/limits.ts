/** How many of the nodes closest to a key matter: they must be synced, hold the values, acknowledge a put. */
export const TARGET_NODES = 8; // node behaviour, TARGET_NODES
/** Most nodes in a search, those not counted that don't answer. */
export const SEARCH_NODES = 14; // node behaviour, SEARCH_NODES
/** As many dead nodes at the head of a search end it. */
export const MAX_DEAD_NODES = 25; // node behaviour, SEARCH_MAX_BAD_NODES
/** Nodes of a search that are asked at the same time: Kademlia's alpha. All are, when somebody is in a hurry. */
export const MAX_ASKED_NODES = 4; // node behaviour, MAX_REQUESTED_SEARCH_NODES
/**
 * A node that hasn't answered for so long makes room for another question, long before it is asked a second time: where
 * several close nodes are dead, OpenDHT waits a second for each four of them.
 */
export const ASK_PATIENCE_MS = 300;
/** Searches kept per family that nobody uses: they only save time, and strangers who ask a proxy can begin many. */
export const MAX_IDLE_SEARCHES = 16_384;
/** Nodes to which a listen subscribes. */
export const LISTEN_NODES = 4; // node behaviour, LISTEN_NODES
/** Searches kept per family, unless said otherwise. */
export const DEFAULT_MAX_SEARCHES = 1_048_576; // node behaviour, MAX_SEARCHES
/** Listened values remembered per node and query. */
export const MAX_LISTENED_VALUES = 4096; // node behaviour, ValueCache.MAX_VALUES
/** Most bytes of these values; the oldest go first. A node could send us values until our memory is full. */
export const MAX_LISTENED_BYTES = 16 * 1024 * 1024;
/** Most bytes of values that a get fetches from one node; what it lists beyond that is left there. */
export const MAX_FETCHED_BYTES = 16 * 1024 * 1024;
/** A node that holds fewer values, with fewer bytes together, sends them in one reply. */
export const MAX_INLINE_VALUES = 50; // OpenDHT wire format, the values array
export const MAX_INLINE_BYTES = 600; // OpenDHT wire format, the values array
/** Longest token of a stranger that is kept. */
export const MAX_TOKEN_BYTES = 64; // node behaviour, TOKEN_SIZE
/** Values fetched from one node at the same time; a node can list thousands of ids in one reply. */
export const MAX_PAGES_UNDER_WAY = 64;

/** How long a reply with a token keeps a node synced. */
export const SYNC_LIFETIME_MS = 10 * 60_000; // node behaviour, NODE_EXPIRE_TIME
/** A search that lacks nodes looks into the peer cache as often as that. */
export const REFILL_INTERVAL_MS = 10 * 60_000; // node behaviour, NODE_EXPIRE_TIME
/** A search that nobody uses is forgotten after this time. */
export const SEARCH_IDLE_MS = 62 * 60_000; // node behaviour, SEARCH_EXPIRE_TIME
/** Life of a subscription as the listener counts it. */
export const LISTEN_LIFETIME_MS = 30_000; // node behaviour, LISTEN_EXPIRE_TIME
/** The same for a node that says of itself that its connection is stable. */
export const STABLE_LISTEN_LIFETIME_MS = 5 * 60_000; // node behaviour, LISTEN_EXPIRE_TIME for public_stable
/** Announcements and subscriptions are renewed this much before they would end. */
export const RENEWAL_MARGIN_MS = 10_000; // node behaviour, REANNOUNCE_MARGIN
/** A listen operation stays for this time after its last listener left. */
export const LISTEN_LINGER_MS = 60_000; // node behaviour, OpCache EXPIRATION
/** After an error other than a refused token, a node is left alone for this time unless the user begins something new. */
export const REFUSAL_PAUSE_MS = 10 * 60_000;
/** Wait after a request that could not even be sent because too many were under way. */
export const OVERLOAD_PAUSE_MS = 1000;

/** Renewals come up to this part of their interval early, so that what began together drifts apart. */
export const RENEWAL_JITTER = 0.05;
/** When connectivity returns, searches for which nobody waits begin within this time, and within so much each. */
export const MAX_RESTART_SPREAD_MS = 10_000;
export const RESTART_SPREAD_PER_SEARCH_MS = 2;
