import type { InfoHash } from "../id/index.ts";
import type { Peer } from "../routing/index.ts";
import { ASK_PATIENCE_MS, MAX_DEAD_NODES, SEARCH_NODES, TARGET_NODES } from "./limits.ts";
import { SearchNode } from "./search-node.ts";

/** Most nodes held, with those that don't answer. */
export const MAX_HELD_NODES = SEARCH_NODES + MAX_DEAD_NODES;

/** The nodes of a search, the closest to its key first. */
export class ClosestNodes implements Iterable<SearchNode> {
  readonly #key: InfoHash;
  readonly #onDropped: (node: SearchNode) => void;
  #nodes: SearchNode[] = [];

  constructor(key: InfoHash, onDropped: (node: SearchNode) => void) {
    this.#key = key;
    this.#onDropped = onDropped;
  }

  get length(): number {
    return this.#nodes.length;
  }

  [Symbol.iterator](): IterableIterator<SearchNode> {
    return this.#nodes[Symbol.iterator]();
  }

  get peers(): Peer[] {
    return this.#nodes.map((node) => node.peer);
  }

  find(peer: Peer): SearchNode | undefined {
    const node = this.#nodes[this.#placeOf(peer)];
    return node?.peer === peer ? node : undefined;
  }

  /**
   * Takes a peer in if it is alive and among the SEARCH_NODES closest that aren't bad (of a search that is `isExpired`:
   * among the closest at all). True if it is new here.
   */
  insert(peer: Peer, isExpired: boolean, now: number): boolean {
    if (peer.isExpired || peer.isClient) return false;
    const place = this.#placeOf(peer);
    if (this.#nodes[place]?.peer.id.equals(peer.id)) return false;
    if (this.#countBefore(place, isExpired, now) >= SEARCH_NODES || place >= MAX_HELD_NODES) return false;
    peer.retain();
    this.#nodes.splice(place, 0, new SearchNode(peer));
    // The nodes are in order again before anybody hears of what was dropped.
    const dropped = this.#trim(isExpired, now);
    this.#takeRemovable(dropped, now);
    for (const node of dropped) this.#drop(node);
    return true;
  }

  /** How many nodes are synced before the first one that isn't, bad ones left out; at most TARGET_NODES. */
  syncLevel(now: number): number {
    let level = 0;
    for (const node of this.#nodes) {
      if (node.isBad(now)) continue;
      if (!node.isSynced(now) || ++level === TARGET_NODES) break;
    }
    return level;
  }

  /** The closest nodes that aren't bad are all synced, and there is at least one. */
  isSynced(now: number): boolean {
    const level = this.syncLevel(now);
    return level > 0 && level === Math.min(this.countGood(now), TARGET_NODES);
  }

  /** The same without those that should have answered by now. */
  isSyncedSoFar(now: number): boolean {
    let level = 0;
    for (const node of this.#nodes) {
      if (node.isBad(now) || node.isOverdue(now)) continue;
      if (!node.isSynced(now)) return false;
      if (++level === TARGET_NODES) break;
    }
    return level > 0;
  }

  /** Nobody answers: all nodes, or the MAX_DEAD_NODES closest, are dead. */
  isDead(now: number): boolean {
    let dead = 0;
    for (const node of this.#nodes) {
      if (!node.isDead(now)) return false;
      if (++dead === MAX_DEAD_NODES) break;
    }
    return true;
  }

  countGood(now: number): number {
    return this.#countBefore(this.#nodes.length, false, now);
  }

  /** How many nodes that aren't bad are being asked, and may still be expected to answer. */
  countAsked(now: number): number {
    let count = 0;
    for (const node of this.#nodes) if (isAwaited(node, now)) count++;
    return count;
  }

  /** When the next of those that are being asked will have taken too long; monotonic ms. */
  nextOverdue(now: number): number {
    let next = Number.POSITIVE_INFINITY;
    for (const node of this.#nodes) if (isAwaited(node, now)) next = Math.min(next, node.askedAt + ASK_PATIENCE_MS);
    return next;
  }

  /** When the next node will have to be asked again, if nothing else happens; monotonic ms. */
  nextChange(now: number): number {
    let next = Number.POSITIVE_INFINITY;
    for (const node of this.#nodes) {
      if (node.isPaused(now)) next = Math.min(next, node.pausedUntil);
      else if (node.isSynced(now)) next = Math.min(next, node.syncedUntil);
    }
    return next;
  }

  /** Drops the nodes for which `isKept` says no. */
  keep(isKept: (node: SearchNode) => boolean): void {
    const before = this.#nodes;
    this.#nodes = before.filter(isKept);
    for (const node of before) if (!this.#nodes.includes(node)) this.#drop(node);
  }

  /** Cuts off the nodes that have become too far, and returns them. */
  #trim(isExpired: boolean, now: number): SearchNode[] {
    const cut: SearchNode[] = [];
    let counted = this.#countBefore(this.#nodes.length, isExpired, now);
    while (counted > SEARCH_NODES || this.#nodes.length > MAX_HELD_NODES) {
      const farthest = this.#nodes.pop();
      if (farthest === undefined) break;
      if (isExpired || !farthest.isBad(now)) counted--;
      cut.push(farthest);
    }
    return cut;
  }

  /** Moves to `removed` the farthest node that is dead and hasn't been heard of for long, if there is one. */
  #takeRemovable(removed: SearchNode[], now: number): void {
    for (let place = this.#nodes.length - 1; place >= 0; place--) {
      if (!this.#nodes[place]?.peer.isRemovable(now)) continue;
      removed.push(...this.#nodes.splice(place, 1));
      return;
    }
  }

  #drop(node: SearchNode): void {
    this.#onDropped(node);
    node.peer.release();
  }

  #countBefore(end: number, countBad: boolean, now: number): number {
    if (countBad) return end;
    let count = 0;
    for (let place = 0; place < end; place++) if (this.#nodes[place]?.isBad(now) === false) count++;
    return count;
  }

  /** Where the peer is or would be. */
  #placeOf(peer: Peer): number {
    let low = 0;
    let high = this.#nodes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const node = this.#nodes[middle];
      if (node !== undefined && isCloser(this.#key, node.peer.id, peer.id)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isAwaited(node: SearchNode, now: number): boolean {
  return now < node.askedAt + ASK_PATIENCE_MS && node.isAsked && !node.isBad(now);
}

/** The first word nearly always decides. */
function isCloser(key: InfoHash, a: InfoHash, b: InfoHash): boolean {
  const toA = (a.a ^ key.a) >>> 0;
  const toB = (b.a ^ key.a) >>> 0;
  return toA === toB ? key.xorCmp(a, b) < 0 : toA < toB;
}
