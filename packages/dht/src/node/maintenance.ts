import { type RandomSource, uniform } from "../random/index.ts";
import { BUCKET_SIZE, type Bucket, NEVER, PEER_EXPIRE_MS, type RoutingTable } from "../routing/index.ts";
import type { RequestHandlers, Rpc } from "../rpc/index.ts";
import type { Scheduler, Timer } from "../scheduler/index.ts";
import { SEARCH_IDLE_MS } from "../search/index.ts";
import { WANT_IPV4, WANT_IPV6 } from "../wire/index.ts";
import type { FamilyState } from "./family-state.ts";
import { chooseNeighbourhoodLookup, chooseRefill, type Lookup } from "./table-lookups.ts";

// All of node behaviour §5, maintenance timers.
const FIRST_CONFIRM_MS = { min: 3_000, max: 5_000 };
const CONFIRM_SOON_MS = { min: 5_000, max: 25_000 };
const CONFIRM_LATER_MS = { min: 60_000, max: 180_000 };
const EXPIRE_JOB_MS = { min: 120_000, max: 360_000 };
/** After a find that nobody answered, or when somebody moved in next to us after a quiet time. */
const HURRY_MS = 1_000;
/** The neighbourhood is looked at as long after its last growth. */
const NEIGHBOURHOOD_MS = 150_000;
/** Our own id is looked up that often: when its search has been forgotten. */
const EXPLORATION_PAUSE_MS = SEARCH_IDLE_MS;
/** A bucket that stays silent or empty is asked about that often. */
const REFILL_PAUSE_MS = 2 * 60_000;
/** A member of the table that wasn't heard for this long is asked for a sign of life, before it ceases to be good … */
const SILENCE_MS = 7 * 60_000;
/** … and sooner in the bucket of our own id. */
const NEIGHBOUR_SILENCE_MS = 3 * 60_000;
/** Most of them at a time, per bucket. */
const PINGS_PER_BUCKET = 4;

const IGNORE_OUTCOME: RequestHandlers = { onReply: () => {} };

export interface MaintenanceHost {
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly rpc: Rpc;
  readonly families: readonly FamilyState[];
  refreshStatus(): void;
  /** Drops what has outlived its time in the store. */
  sweepStore(): void;
}

/** Keeps the routing tables filled and fresh, and takes out what is dead. Every wait is drawn by chance. */
export class Maintenance {
  readonly #host: MaintenanceHost;
  readonly #onFind: RequestHandlers;
  /** When each bucket was last asked about, monotonic ms. */
  readonly #refilledAt = new WeakMap<Bucket, number>();
  /** When the neighbourhood of our own id was last looked up, monotonic ms. */
  readonly #exploredAt = new Map<FamilyState, number>();
  #confirmTimer: Timer;
  #expireTimer: Timer;

  constructor(host: MaintenanceHost) {
    this.#host = host;
    this.#onFind = {
      onReply: () => {},
      onExpired: (request) => {
        if (request.state === "expired") this.hurry();
      },
    };
    this.#confirmTimer = this.#later(FIRST_CONFIRM_MS, () => this.#confirm());
    this.#expireTimer = this.#later(EXPIRE_JOB_MS, () => this.#expire());
  }

  /** Looks after the tables within a second. */
  hurry(): void {
    this.confirmWithin(HURRY_MS);
  }

  /** Looks after the tables in so many ms, if that isn't due earlier anyway. */
  confirmWithin(delay: number): void {
    const time = this.#host.scheduler.now() + delay;
    if (this.#confirmTimer.isPending && this.#confirmTimer.time <= time) return;
    this.#confirmTimer.cancel();
    this.#confirmTimer = this.#host.scheduler.at(time, () => this.#confirm());
  }

  close(): void {
    this.#confirmTimer.cancel();
    this.#expireTimer.cancel();
  }

  #confirm(): void {
    const { families } = this.#host;
    this.#host.refreshStatus();
    for (const family of families) this.#exploreNeighbourhood(family);
    for (const { table } of families) this.#pingSilent(table);
    const isBusy = this.#refillBuckets() || this.#lookAround();
    this.#confirmTimer = this.#later(isBusy ? CONFIRM_SOON_MS : CONFIRM_LATER_MS, () => this.#confirm());
  }

  /**
   * Looks up our own id, to meet everybody around it: as soon as we are connected, and then seldom. OpenDHT does so only
   * while it has no other search, so that who begins with a get may never do it.
   */
  #exploreNeighbourhood(family: FamilyState): void {
    const now = this.#host.scheduler.now();
    const exploredAt = this.#exploredAt.get(family) ?? NEVER;
    if (family.status !== "connected" || exploredAt >= Math.max(family.resetAt, now - EXPLORATION_PAUSE_MS)) return;
    this.#exploredAt.set(family, now);
    family.searches.findNode(this.#host.rpc.ownId);
  }

  /**
   * Asks silent members for a sign of life: all in the bucket of our own id, who answer for the same keys as we do, and
   * elsewhere as many as keep half a bucket good. OpenDHT waits until somebody needs them; so a quiet network knows few good
   * nodes, tells of many dead ones, and a value put after a crash may reach nobody.
   */
  #pingSilent(table: RoutingTable): void {
    const { rpc, scheduler } = this.#host;
    const now = scheduler.now();
    const own = table.bucketOf(table.ownId);
    for (const bucket of table.buckets) {
      const since = now - (bucket === own ? NEIGHBOUR_SILENCE_MS : SILENCE_MS);
      const silent = bucket.peers.filter((peer) => peer.heardAt < since && !peer.isExpired && !peer.hasPendingRequest);
      const isEnough = bucket !== own && bucket.peers.length - silent.length >= BUCKET_SIZE / 2;
      if (isEnough) continue;
      silent.sort((a, b) => a.heardAt - b.heardAt);
      for (const peer of silent.slice(0, PINGS_PER_BUCKET)) rpc.ping(peer, IGNORE_OUTCOME);
    }
  }

  /** True when something was sent. */
  #refillBuckets(): boolean {
    const { families, scheduler, random } = this.#host;
    let hasSent = false;
    for (const { family, table, searches, status } of families) {
      const other = families.find((state) => state.family !== family)?.table;
      for (const bucket of table.buckets) {
        const isEmpty = bucket.peers.length === 0;
        if (!this.#needsRefill(bucket) || (isEmpty && status !== "connected")) continue;
        this.#refilledAt.set(bucket, scheduler.now());
        hasSent = true;
        // One random node seldom knows anybody in a range where we know nobody ourselves; a search finds who does.
        if (isEmpty) searches.findNode(bucket.randomId(random));
        else this.#send(chooseRefill(table, bucket, other, random));
      }
    }
    return hasSent;
  }

  /**
   * OpenDHT leaves a new bucket as it is for ten minutes, so that a young node knows little beyond its neighbourhood, and
   * asks about an empty one every few seconds, although there may be nobody. Here both are asked about at once, then seldom.
   */
  #needsRefill(bucket: Bucket): boolean {
    const now = this.#host.scheduler.now();
    const refilledAt = this.#refilledAt.get(bucket);
    if (refilledAt === undefined && !bucket.isFull) return true;
    const isStale = bucket.repliedAt < now - PEER_EXPIRE_MS || bucket.peers.length === 0;
    return isStale && (refilledAt ?? NEVER) < now - REFILL_PAUSE_MS;
  }

  #lookAround(): boolean {
    const { families, scheduler, random } = this.#host;
    let hasGrown = false;
    for (const { table } of families) {
      if (table.grownAt < scheduler.now() - NEIGHBOURHOOD_MS || table.grownAt === NEVER) continue;
      hasGrown = true;
      this.#send(chooseNeighbourhoodLookup(table, families.length > 1, random));
    }
    return hasGrown;
  }

  #send(lookup: Lookup | undefined): void {
    if (lookup === undefined || lookup.peer.hasPendingRequest) return;
    const { peer, target, wantsBoth } = lookup;
    this.#host.rpc.find(peer, target, wantsBoth ? WANT_IPV4 | WANT_IPV6 : undefined, this.#onFind);
  }

  #expire(): void {
    for (const family of this.#host.families) {
      family.table.removeExpired();
      family.searches.expire();
      family.peers.forgetStale(this.#host.scheduler.now());
      this.#tryLost(family);
    }
    this.#host.rpc.tokens.trim();
    this.#host.sweepStore();
    this.#host.refreshStatus();
    this.#expireTimer = this.#later(EXPIRE_JOB_MS, () => this.#expire());
  }

  /** Asks somebody who has fallen silent for the nodes near us: if he is back, he may have a whole network behind him. */
  #tryLost({ lost, peers, status }: FamilyState): void {
    if (status === "disconnected") return; // that is the bootstrap's business, and says nothing about him
    const { rpc, scheduler } = this.#host;
    const entry = lost.next();
    if (entry === undefined) return;
    const peer = peers.mentioned(entry.id, entry.address, scheduler.now());
    if (!peer.hasPendingRequest) rpc.find(peer, rpc.ownId, undefined, IGNORE_OUTCOME);
  }

  #later(range: { readonly min: number; readonly max: number }, task: () => void): Timer {
    const { scheduler, random } = this.#host;
    return scheduler.at(scheduler.now() + uniform(random, range.min, range.max), task);
  }
}
