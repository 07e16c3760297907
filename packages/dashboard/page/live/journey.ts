import type { HopMessage } from "../../src/messages.ts";

/** One node that was asked on the way. */
export interface Stop {
  readonly address: string;
  /** Its id, once that is known. */
  readonly id: string | undefined;
  readonly step: "asked" | "answered" | "timeout" | "found";
  readonly askedAt: number;
  /** From the question to the answer. */
  readonly tookMs: number | undefined;
  /** How many nodes its answer named, or how many values it brought. */
  readonly count: number | undefined;
}

/** A lookup from the first question to its end. */
export interface Journey {
  readonly lookup: string;
  readonly key: string;
  readonly stops: readonly Stop[];
  readonly startedAt: number;
  readonly endedAt: number | undefined;
}

/** Nobody asks more: the list would not be read to its end. */
export const MAX_STOPS = 100;

const BEST_LAST: readonly Stop["step"][] = ["asked", "timeout", "answered", "found"];

/** The journey after one more step; the first step begins it. */
export function withHop(journey: Journey | undefined, hop: HopMessage): Journey {
  const before = journey ?? { lookup: hop.lookup, key: hop.key, stops: [], startedAt: hop.at, endedAt: undefined };
  if (hop.step === "done" || hop.address === undefined) return { ...before, endedAt: hop.at };
  return { ...before, stops: withStop(before.stops, hop, hop.address, hop.step) };
}

function withStop(stops: readonly Stop[], hop: HopMessage, address: string, step: Stop["step"]): readonly Stop[] {
  const index = stops.findIndex((stop) => stop.address === address);
  const known = stops[index];
  if (known === undefined) {
    if (stops.length >= MAX_STOPS) return stops;
    const stop = { address, id: hop.to, step, askedAt: hop.at, tookMs: undefined, count: hop.count };
    return [...stops, stop];
  }
  // A node may be asked again: the best that it has said stays.
  if (BEST_LAST.indexOf(step) <= BEST_LAST.indexOf(known.step)) return stops;
  const tookMs = known.tookMs ?? Math.max(0, hop.at - known.askedAt);
  return stops.with(index, { ...known, id: hop.to ?? known.id, step, tookMs, count: hop.count ?? known.count });
}

/** What a stop says, for people. */
export function describeStop({ step, count, tookMs }: Stop): string {
  const time = tookMs === undefined ? "" : tookMs < 1 ? "under 1 ms" : `${Math.round(tookMs)} ms`;
  switch (step) {
    case "asked":
      return "asked …";
    case "answered":
      return join(count === undefined ? "answered" : `knows ${count} ${count === 1 ? "node" : "nodes"}`, time);
    case "found":
      return join(count === undefined || count === 1 ? "has a value" : `has ${count} values`, time);
    case "timeout":
      return "does not answer";
  }
}

function join(text: string, time: string): string {
  return time === "" ? text : `${text}, ${time}`;
}
