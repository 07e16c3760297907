import type { MessageKind, MessageTally } from "../../src/messages.ts";

/** Kinds of messages as people tell them apart; what belongs together is counted together. */
export const TRAFFIC_KINDS = ["find", "get", "put", "listen", "ping", "reply", "error"] as const;
export type TrafficKind = (typeof TRAFFIC_KINDS)[number];

const KIND_OF: Readonly<Record<MessageKind, TrafficKind>> = {
  ping: "ping",
  find: "find",
  get: "get",
  listen: "listen",
  update: "listen",
  put: "put",
  part: "put",
  refresh: "put",
  reply: "reply",
  error: "error",
};

/** Messages of each kind in one second. */
export type KindCounts = Readonly<Record<TrafficKind, number>>;

/** Counts by the kinds of people; kinds that this page doesn't know are left out. */
export function countKinds(tally: MessageTally): KindCounts {
  const counts = { find: 0, get: 0, put: 0, listen: 0, ping: 0, reply: 0, error: 0 };
  for (const [kind, count] of Object.entries(tally)) {
    // Object.entries forgets the type of keys, and a server may name others.
    const known = KIND_OF[kind as MessageKind];
    if (known !== undefined) counts[known] += count;
  }
  return counts;
}

/** How a kind looks and what it is called. */
export const KIND_SIGNS: Readonly<Record<TrafficKind, { readonly colour: `--${string}`; readonly name: string }>> = {
  find: { colour: "--kind-find", name: "find node" },
  get: { colour: "--kind-get", name: "get" },
  put: { colour: "--kind-put", name: "put" },
  listen: { colour: "--kind-listen", name: "listen" },
  ping: { colour: "--kind-ping", name: "ping" },
  reply: { colour: "--kind-reply", name: "replies" },
  error: { colour: "--kind-error", name: "errors" },
};
