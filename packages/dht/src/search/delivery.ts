import type { DhtProtocolError } from "../errors/index.ts";
import { NEVER } from "../routing/index.ts";
import { ERROR_NOT_FOUND, ERROR_UNAUTHORIZED, type Request, type RequestHandlers, refusedBy } from "../rpc/index.ts";
import type { ErrorReply } from "../wire/index.ts";
import type { Announce } from "./announce.ts";
import { OVERLOAD_PAUSE_MS } from "./limits.ts";
import { renewalInterval } from "./renewal.ts";
import type { Search } from "./search.ts";
import type { SearchNode } from "./search-node.ts";

/** One announced value at one node: sent, acknowledged, renewed. */
export class Delivery implements RequestHandlers {
  readonly #search: Search;
  readonly #node: SearchNode;
  readonly #announce: Announce;
  #request: Request | undefined;
  #verb: "put" | "refresh" = "put";
  #answer: "none" | "acknowledged" | "rejected" | "refused" = "none";
  #refusal: DhtProtocolError | undefined;
  #wasTried = false;
  /** When the node should get the value (again), unless a request is under way. */
  #dueAt = NEVER;

  constructor(search: Search, node: SearchNode, announce: Announce) {
    this.#search = search;
    this.#node = node;
    this.#announce = announce;
  }

  /** The node holds the value, as far as it says. */
  get isAcknowledged(): boolean {
    return this.#answer === "acknowledged";
  }

  /** The node doesn't want the value. */
  get isRefused(): boolean {
    return this.#answer === "refused";
  }

  /** The node's last answer was an error: it doesn't want the value, or not with the token that it gave. */
  get wasRejected(): boolean {
    return this.#answer === "refused" || this.#answer === "rejected";
  }

  /** What the node said when it answered with an error. */
  get refusal(): DhtProtocolError | undefined {
    return this.#refusal;
  }

  get wasTried(): boolean {
    return this.#wasTried;
  }

  get isUnderWay(): boolean {
    return this.#request !== undefined;
  }

  get dueAt(): number {
    return this.#dueAt;
  }

  isDue(now: number): boolean {
    return !this.isUnderWay && now >= this.#dueAt;
  }

  /** Sends the whole value. */
  put(): void {
    const { value, isPermanent, created } = this.#announce;
    const token = this.#begin("put");
    if (token === undefined) return;
    const { key, host } = this.#search;
    // A permanent value is as new as its last announcement; one made in this instant needs no date either.
    const seconds = isPermanent || created >= host.scheduler.wallClock() ? undefined : Math.floor(created / 1000);
    this.#request = host.rpc.put(this.#node.peer, key, token, value, seconds, this);
  }

  /** Sends only the value's id: the node has it. */
  refresh(): void {
    const token = this.#begin("refresh");
    if (token === undefined) return;
    const { key, host } = this.#search;
    this.#request = host.rpc.refresh(this.#node.peer, key, token, this.#announce.value.id, this);
  }

  /** The node has the value anyway. */
  acknowledge(): void {
    this.#request = undefined;
    this.#answer = "acknowledged";
    this.#refusal = undefined;
    this.#wasTried = true;
    if (this.#announce.isPermanent) this.#search.stepBy(this.#dueAt);
    this.#search.onDelivered(this.#announce);
  }

  cancel(): void {
    this.#request?.cancel();
    this.#request = undefined;
  }

  onReply(): void {
    this.acknowledge();
  }

  onExpired(request: Request): void {
    this.#onFailure(request);
  }

  onError(error: ErrorReply, request: Request): void {
    this.#refusal = refusedBy(request, error);
    if (error.code === ERROR_UNAUTHORIZED) this.#onTokenRejected();
    else if (error.code === ERROR_NOT_FOUND && this.#verb === "refresh") this.put();
    else this.#onFailure(request);
  }

  /** Due again as soon as the node has given another token; a node that refuses several in a row is paused by the search. */
  #onTokenRejected(): void {
    this.#request = undefined;
    this.#answer = "rejected";
    this.#dueAt = NEVER;
  }

  #onFailure(request: Request): void {
    this.#request = undefined;
    const now = this.#search.host.scheduler.now();
    if (request.state === "expired") {
      this.#answer = "none";
      this.#dueAt = NEVER;
    } else if (request.attempts === 0) {
      this.#dueAt = now + OVERLOAD_PAUSE_MS;
    } else {
      // Not asked again before the next round, which only permanent values live to see.
      this.#answer = "refused";
    }
    this.#search.stepSoon();
  }

  /** The token to use; undefined, and nothing happens, when there is none any more. */
  #begin(verb: "put" | "refresh"): Uint8Array | undefined {
    const { token } = this.#node;
    if (token === undefined) return undefined;
    const { scheduler, random, types } = this.#search.host;
    const interval = renewalInterval(types.get(this.#announce.value.type).expirationMs, random);
    const now = scheduler.now();
    if (this.isAcknowledged) this.#announce.onRenewal(now, interval);
    this.#verb = verb;
    this.#wasTried = true;
    this.#dueAt = now + interval;
    return token;
  }
}
