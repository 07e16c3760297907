import type { Message, QueryMessage } from "../wire/index.ts";

export type MessageKind = Message["kind"];
export type QueryKind = QueryMessage["kind"];

/** Why a datagram was dropped without an answer. */
export type DropReason =
  | "martian"
  | "blacklisted"
  | "malformed"
  | "otherNetwork"
  | "badId"
  | "rateLimited"
  | "strayPart"
  | "badHeader"
  | "unmatchedReply"
  | "unknownSocket";

/** What `getNodeMessageStats` tells: queries since it was last asked. */
export type QueryCounts = readonly [ping: number, find: number, get: number, listen: number, put: number];

/** Messages and drops since the node started. */
export class TrafficStats {
  readonly received = zeroPerKind();
  /** Messages of ours, each counted once however often it was sent. */
  readonly sent = zeroPerKind();
  /** Second and third sends of queries. */
  resent = 0;
  /** Replies with large values, and updates, that weren't sent because too much goes there already. */
  withheld = 0;
  readonly dropped: Record<DropReason, number> = {
    martian: 0,
    blacklisted: 0,
    malformed: 0,
    otherNetwork: 0,
    badId: 0,
    rateLimited: 0,
    strayPart: 0,
    badHeader: 0,
    unmatchedReply: 0,
    unknownSocket: 0,
  };
  #receivedMark: QueryCounts = [0, 0, 0, 0, 0];
  #sentMark: QueryCounts = [0, 0, 0, 0, 0];

  /** Queries received or sent since the last call for this direction. */
  takeQueryCounts(direction: "in" | "out"): QueryCounts {
    const mark = direction === "in" ? this.#receivedMark : this.#sentMark;
    const { ping, find, get, listen, put } = direction === "in" ? this.received : this.sent;
    const total: QueryCounts = [ping, find, get, listen, put];
    if (direction === "in") this.#receivedMark = total;
    else this.#sentMark = total;
    return [ping - mark[0], find - mark[1], get - mark[2], listen - mark[3], put - mark[4]];
  }
}

function zeroPerKind(): Record<MessageKind, number> {
  return {
    ping: 0,
    find: 0,
    get: 0,
    put: 0,
    refresh: 0,
    listen: 0,
    update: 0,
    reply: 0,
    error: 0,
    legacyUpdate: 0,
    part: 0,
  };
}
