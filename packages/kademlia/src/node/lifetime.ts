/** The network's times (Kademlia paper §2.3 and §2.5), with the margins that keep two timers from racing. */

const HOUR_MS = 3_600_000;

/** tRefresh: a bucket through which no lookup went for this long gets one of its own. */
export const REFRESH_MS = HOUR_MS;
/** tReplicate: holders hand a pair on when they have seen no store of it for this long … */
export const REPLICATE_MS = HOUR_MS;
/** … and up to this much more, drawn for each, so that the first to do it spares the others. */
export const REPLICATE_SPREAD_MS = HOUR_MS / 4;
/** tRepublish: the publisher stores its pairs anew at a random time in the last hour before this. */
export const REPUBLISH_MS = 24 * HOUR_MS;
export const REPUBLISH_SPREAD_MS = HOUR_MS;
/** tExpire: counted from the publisher's last store. One hour more than the paper's, so that a republish is never late. */
export const EXPIRE_MS = 25 * HOUR_MS;
/** Life of a copy that a reader left on its path: whoever is responsible tells the true age within that time. */
export const CACHED_COPY_MS = REPLICATE_MS + REPLICATE_SPREAD_MS;
const SHORTEST_LIFE_MS = 300_000;

/**
 * How long to keep a pair: in full if we are among the k nearest nodes to its key, otherwise half as long for each
 * further node that is nearer (Kademlia paper §2.3: exponentially inverse to the number of nodes between), so that
 * popular pairs are cached widely without being kept everywhere.
 *
 * @param nearer known nodes that are nearer to the key than we are
 */
export function lifetimeMs(nearer: number, k: number): number {
  return Math.max(EXPIRE_MS / 2 ** Math.max(nearer - k, 0), SHORTEST_LIFE_MS);
}
