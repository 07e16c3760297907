import type { InfoHash } from "../id/index.ts";
import { uniform } from "../random/index.ts";
import { NEVER, type Peer } from "../routing/index.ts";
import { MAX_AUTH_ERRORS, MAX_NODES_PER_REPLY, type Request } from "../rpc/index.ts";
import type { Query } from "../value/index.ts";
import type { Reply } from "../wire/index.ts";
import { Alarm } from "./alarm.ts";
import type { Announce } from "./announce.ts";
import type { Announcement } from "./announcement.ts";
import { ClosestNodes } from "./closest-nodes.ts";
import type { GetOp } from "./get-op.ts";
import {
  OVERLOAD_PAUSE_MS,
  REFILL_INTERVAL_MS,
  REFUSAL_PAUSE_MS,
  SEARCH_NODES,
  SYNC_LIFETIME_MS,
  TARGET_NODES,
} from "./limits.ts";
import type { ListenHandle, ListenOperation, ListenSink } from "./listen-operation.ts";
import { Operations } from "./operations.ts";
import { slightlyEarly } from "./renewal.ts";
import type { SearchHost } from "./search-host.ts";
import type { SearchNode } from "./search-node.ts";

/**
 * The way to one key on one family: finds the nodes closest to it, and keeps finding them as long as a get, an
 * announcement or a listen needs them.
 *
 * Nothing happens by itself: a step is taken when something has changed (an answer, a silence, a new node, a new
 * operation) or a renewal is due, and does all that can be done then.
 */
export class Search {
  readonly key: InfoHash;
  readonly host: SearchHost;
  readonly nodes: ClosestNodes;
  readonly operations: Operations;
  readonly #alarm: Alarm;
  /** Looks for the nodes for their own sake. */
  #isExploring = false;
  #isDone = true;
  #isExpired = false;
  #refilledAt = NEVER;
  #steppedAt = NEVER;

  constructor(host: SearchHost, key: InfoHash) {
    this.host = host;
    this.key = key;
    this.nodes = new ClosestNodes(key, (node) => this.#onDropped(node));
    this.operations = new Operations(this);
    this.#alarm = new Alarm(host.scheduler, () => this.#step());
  }

  /** It has nothing to do: no step will be taken. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** Nobody answered: what is left waits until a node shows up. */
  get isExpired(): boolean {
    return this.#isExpired;
  }

  /** When the last step was taken, monotonic ms. */
  get steppedAt(): number {
    return this.#steppedAt;
  }

  /** The closest nodes have all answered lately. */
  get isSynced(): boolean {
    return this.nodes.isSynced(this.host.scheduler.now());
  }

  // What its users want.

  /** Values that a listen on the same key has heard of come before this returns; if it has heard of all, that was it. */
  get(op: GetOp): void {
    this.operations.gets.add(op);
    this.#begin();
    const listen = this.operations.findListen(op.query);
    if (listen === undefined) return;
    const values = listen.values.filter((value) => op.query.where.matches(value));
    if (values.length > 0) op.onValues?.(values);
    if (listen.isSynced && this.isSynced && this.cancelGet(op)) op.onDone(true, []);
  }

  /** False when the get isn't waiting. */
  cancelGet(op: GetOp): boolean {
    const wasWaiting = this.operations.gets.cancel(op);
    this.#cancelIfIdle();
    return wasWaiting;
  }

  announce(announcement: Announcement): void {
    this.operations.announce(announcement);
    this.#begin();
  }

  /** False when there is no such announcement. */
  cancelAnnounce(id: bigint): boolean {
    const existed = this.operations.cancelAnnounce(id);
    this.#cancelIfIdle();
    return existed;
  }

  listen(query: Query, sink: ListenSink): ListenHandle {
    const handle = this.operations.listen(query, sink);
    this.#begin();
    return handle;
  }

  /** Nobody listens any more, and nobody came back in time. */
  endListen(operation: ListenOperation): void {
    this.operations.endListen(operation);
    this.#cancelIfIdle();
  }

  /** Finds the closest nodes, only to have met them. */
  explore(): void {
    this.#isExploring = true;
    this.#begin();
  }

  /** Ends everything: gets and announcements fail, listened values expire, no node is remembered. */
  shutdown(): void {
    this.#isExploring = false;
    this.operations.shutdown();
    this.nodes.keep(() => false);
    this.#finishIfIdle();
  }

  // What the world brings.

  /** A peer has been met or heard. False when that is no news here. */
  offer(peer: Peer): boolean {
    const known = this.nodes.find(peer);
    if (known === undefined) {
      if (!this.nodes.insert(peer, this.#isExpired, this.host.scheduler.now())) return false;
      if (this.#isExpired) this.#revive();
    } else if (known.isLost && !peer.isExpired) known.isLost = false;
    else return false;
    this.restart();
    return true;
  }

  /**
   * The peer is taken for dead: what only it had is gone, and another node has to take its place. False when it isn't known
   * here.
   */
  onPeerExpired(peer: Peer): boolean {
    const node = this.nodes.find(peer);
    if (node === undefined) return false;
    node.isLost = true;
    this.operations.unsubscribe(node);
    this.stepSoon();
    return true;
  }

  /** The node refused a token of its own: it has to give another one. If it goes on like that, it is left alone. */
  onTokenRejected(peer: Peer): void {
    const node = this.nodes.find(peer);
    if (node === undefined) return;
    node.forgetToken();
    this.operations.onTokenRejected(node);
    if (peer.authErrors > MAX_AUTH_ERRORS) this.#pause(node);
    this.stepSoon();
  }

  /** Peers taken for dead have got another chance, and so gets everybody else; who sends us news hears where we are. */
  onConnectivityChanged(): void {
    for (const node of this.nodes) node.pardon();
    this.operations.onConnectivityChanged();
    this.restart();
  }

  /** Everything may have changed: takes a step, soon if somebody waits, else some time within the host's spread. */
  restart(): void {
    const { scheduler, random, restartSpreadMs } = this.host;
    if (this.#isExploring || this.operations.isWaitedFor) {
      this.stepSoon();
      return;
    }
    const latest = scheduler.now() + restartSpreadMs;
    if (this.#alarm.time > latest) this.stepBy(uniform(random, scheduler.now(), latest));
  }

  // What its requests report.

  /** A find, get or probe was answered. False when the answer is worth nothing. */
  onAnswer(node: SearchNode, reply: Reply): boolean {
    const now = this.host.scheduler.now();
    node.isCandidate = false;
    if (!this.takeToken(node, reply.token)) {
      this.#pause(node);
      this.stepSoon();
      return false;
    }
    node.syncedUntil = now + slightlyEarly(SYNC_LIFETIME_MS, this.host.random);
    // Directly, because the way by which the table offers peers to searches may end before it comes here.
    const entries = (this.host.family === 4 ? reply.nodes4 : reply.nodes6) ?? [];
    for (const { id } of entries.slice(0, MAX_NODES_PER_REPLY)) {
      const peer = this.host.peers.get(id);
      if (peer !== undefined) this.nodes.insert(peer, this.#isExpired, now);
    }
    return true;
  }

  /** Keeps a token that came with a reply or an update; false when it is unusable. */
  takeToken(node: SearchNode, token: Uint8Array | undefined): boolean {
    const kept = this.host.tokens.share(node.peer, token);
    if (kept !== undefined) node.token = kept;
    return kept !== undefined;
  }

  /** A node has to be asked a second time: others go ahead. */
  onSlow(node: SearchNode): void {
    node.isCandidate = true;
    this.stepSoon();
  }

  /** A find, get or probe has failed. OpenDHT repeats one that was answered with an error; here it is over at once. */
  onFailure(node: SearchNode, request: Request): void {
    node.isCandidate = false;
    if (request.attempts === 0) {
      // It was never sent: that says nothing about the node.
      this.stepBy(this.host.scheduler.now() + OVERLOAD_PAUSE_MS);
      return;
    }
    if (request.state === "refused") this.#pause(node);
    this.stepSoon();
  }

  /** A node's values are known: each due announcement goes there in the cheapest way. */
  onProbed(node: SearchNode, held: ReadonlyMap<bigint, number>): void {
    this.operations.onProbed(node, held);
    this.stepSoon();
  }

  /** A node has acknowledged an announcement. */
  onDelivered(announce: Announce): void {
    this.operations.onDelivered(announce, this.host.scheduler.now());
    this.#finishIfIdle();
  }

  /** Takes a step as soon as the current task has ended. */
  stepSoon(): void {
    this.stepBy(this.host.scheduler.now());
  }

  /** Takes a step at that time at the latest, monotonic ms. */
  stepBy(time: number): void {
    if (!this.#isDone) this.#alarm.by(time);
  }

  get #isIdle(): boolean {
    return !this.#isExploring && this.operations.isEmpty;
  }

  /** Somebody wants something new: every node gets another chance. */
  #begin(): void {
    for (const node of this.nodes) node.pardon();
    // Who runs already has been offered every peer that was met.
    if (this.#isDone || this.#isExpired) this.#refill(this.host.scheduler.now());
    this.#isDone = false;
    this.#isExpired = false;
    this.stepSoon();
  }

  /** There is somebody again: the others around may be reachable too. */
  #revive(): void {
    this.#isExpired = false;
    this.#refill(this.host.scheduler.now());
  }

  #refill(now: number): void {
    this.#refilledAt = now;
    for (const peer of this.host.peers.closest(this.key, SEARCH_NODES)) this.nodes.insert(peer, false, now);
  }

  #step(): void {
    if (this.#isDone) return;
    const { nodes, operations } = this;
    const now = this.host.scheduler.now();
    if (this.#isExpired && nodes.isDead(now)) {
      this.stepBy(nodes.nextChange(now));
      return;
    }
    this.#isExpired = false;
    this.#steppedAt = now;
    if (now >= this.#refilledAt + REFILL_INTERVAL_MS && nodes.countGood(now) < SEARCH_NODES) this.#refill(now);
    const isSynced = nodes.isSynced(now);
    if (isSynced) {
      this.#isExploring = false;
      operations.complete(now);
      if (this.#isIdle) {
        this.#finish();
        return;
      }
    } else if (operations.areUrgent && nodes.isSyncedSoFar(now)) operations.completeUrgent(now);
    // Announcements and subscriptions begin before all nodes are synced, but not at the last synced one.
    const reach = isSynced ? TARGET_NODES : nodes.syncLevel(now) - 1;
    const dueAt = operations.work(reach, now);
    const overdueAt = operations.gets.ask(isSynced, now);
    if (nodes.isDead(now)) this.#expire(now);
    else this.stepBy(Math.min(dueAt, overdueAt, nodes.nextChange(now)));
  }

  /** The node is left alone for a while, whatever it says: no loop of questions and refusals. */
  #pause(node: SearchNode): void {
    node.isCandidate = false;
    node.pausedUntil = this.host.scheduler.now() + REFUSAL_PAUSE_MS;
    node.cancelAsks();
  }

  #onDropped(node: SearchNode): void {
    node.cancelAsks();
    this.operations.forget(node);
  }

  /** Nobody answers. Nodes that refuse stay known, so that they aren't asked before their time. */
  #expire(now: number): void {
    this.#isExpired = true;
    this.#isExploring = false;
    this.nodes.keep((node) => node.isPaused(now));
    for (const node of this.nodes) this.operations.unsubscribe(node);
    this.operations.fail();
    this.host.onExpired(this);
    // Who was told may have begun something new.
    if (!this.#isExpired) return;
    if (this.#isIdle) this.#finish();
    else this.stepBy(this.nodes.nextChange(now));
  }

  #finishIfIdle(): void {
    if (!this.#isDone && this.#isIdle) this.#finish();
  }

  /** Finishes and leaves nothing behind, where a user has lost interest. */
  #cancelIfIdle(): void {
    if (this.#isDone || !this.#isIdle) return;
    for (const node of this.nodes) node.cancelAsks();
    this.#finish();
  }

  #finish(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#alarm.cancel();
    this.operations.clear();
    this.host.onDone(this);
  }
}
