import { NEVER, type Peer } from "../routing/index.ts";
import { ERROR_UNAUTHORIZED, type Request, type RequestHandlers } from "../rpc/index.ts";
import type { ErrorReply, LegacyUpdate, Reply, UpdateQuery } from "../wire/index.ts";
import type { HeardSource } from "./heard-values.ts";
import { OVERLOAD_PAUSE_MS, REFUSAL_PAUSE_MS } from "./limits.ts";
import type { ListenOperation } from "./listen-operation.ts";
import { renewalInterval } from "./renewal.ts";
import type { Search } from "./search.ts";
import type { SearchNode } from "./search-node.ts";

const NO_SOCKET = 0;

/** One listen operation at one node: renewed for ever under the same socket id, at which the node sends its news. */
export class Subscription implements RequestHandlers {
  readonly #search: Search;
  readonly #node: SearchNode;
  readonly #operation: ListenOperation;
  #socketId = NO_SOCKET;
  #request: Request | undefined;
  #state: "new" | "synced" | "refused" = "new";
  #dueAt = NEVER;
  #isSlow = false;
  #source: HeardSource | undefined;

  constructor(search: Search, node: SearchNode, operation: ListenOperation) {
    this.#search = search;
    this.#node = node;
    this.#operation = operation;
  }

  /** The node has acknowledged. */
  get isSynced(): boolean {
    return this.#state === "synced";
  }

  /** The node doesn't want us to listen: another one has to stand in for it. */
  get isRefused(): boolean {
    return this.#state === "refused";
  }

  /** The node had to be asked a second time: others go ahead. */
  get isSlow(): boolean {
    return this.#isSlow;
  }

  get isUnderWay(): boolean {
    return this.#request !== undefined;
  }

  /** Who the node is among those from whom values are heard; undefined until it has said something. */
  get source(): HeardSource | undefined {
    return this.#source;
  }

  /** Sends a `listen` if it is due. Returns when the next one is, monotonic ms; Infinity while one is under way. */
  renew(now: number): number {
    const { token, peer } = this.#node;
    if (this.#request !== undefined || token === undefined) return Number.POSITIVE_INFINITY;
    if (now < this.#dueAt) return this.#dueAt;
    const { key, host } = this.#search;
    if (this.#socketId === NO_SOCKET) this.#socketId = host.rpc.openSocket(peer, this.#onMessage);
    if (this.#socketId === NO_SOCKET) {
      this.#refuse(now + OVERLOAD_PAUSE_MS);
      return this.#dueAt;
    }
    const query = this.#operation.query.isEmpty ? undefined : this.#operation.query;
    this.#request = host.rpc.listen(peer, key, token, this.#socketId, query, this);
    return Number.POSITIVE_INFINITY;
  }

  /** The node doesn't know its own token any more: subscribes anew, under another socket, as soon as there is one. */
  onTokenRejected(): void {
    this.close();
    this.#state = "new";
    this.#dueAt = NEVER;
  }

  /** The node may know us by an address that is no longer ours. */
  onConnectivityChanged(): void {
    this.#dueAt = NEVER;
  }

  close(): void {
    this.#request?.cancel();
    this.#request = undefined;
    if (this.#socketId !== NO_SOCKET) this.#search.host.rpc.closeSocket(this.#node.peer, this.#socketId);
    this.#socketId = NO_SOCKET;
  }

  onReply(reply: Reply): void {
    const { scheduler, random, listenLifetimeMs } = this.#search.host;
    this.#request = undefined;
    this.#isSlow = false;
    this.#state = "synced";
    this.#dueAt = scheduler.now() + renewalInterval(listenLifetimeMs, random);
    this.#search.takeToken(this.#node, reply.token);
    this.#search.stepBy(this.#dueAt);
  }

  onRetry(): void {
    this.#isSlow = true;
    this.#search.stepSoon();
  }

  onExpired(request: Request): void {
    this.#request = undefined;
    this.#isSlow = false;
    if (request.state === "expired") this.#operation.forget(this.#node);
    else this.#onRefused(request);
    this.#search.stepSoon();
  }

  onError(error: ErrorReply, request: Request): void {
    this.#request = undefined;
    this.#isSlow = false;
    if (error.code === ERROR_UNAUTHORIZED) this.onTokenRejected();
    else this.#onRefused(request);
    this.#search.stepSoon();
  }

  #onRefused(request: Request): void {
    const pause = request.attempts === 0 ? OVERLOAD_PAUSE_MS : REFUSAL_PAUSE_MS;
    this.#refuse(this.#search.host.scheduler.now() + pause);
  }

  #refuse(until: number): void {
    this.#state = "refused";
    this.#dueAt = until;
  }

  readonly #onMessage = (message: UpdateQuery | Reply | LegacyUpdate, _peer: Peer): void => {
    const now = this.#search.host.scheduler.now();
    this.#search.takeToken(this.#node, message.token);
    this.#source ??= this.#operation.openSource();
    if (message.kind !== "legacyUpdate") this.#operation.onValues(this.#source, message.values, now);
    if (message.kind !== "reply") {
      this.#operation.onRefreshed(this.#source, message.refreshed, now);
      this.#operation.onExpired(this.#source, message.expired);
    }
    this.#search.stepBy(this.#operation.expireValues(now));
  };
}
