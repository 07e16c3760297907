import { type RandomSource, uniform } from "../random/index.ts";

/**
 * How long a datagram travels, one way:
 * - a number: always so many ms;
 * - `{ min, max }`: uniform between the two, ms;
 * - `"lan"`: 0.1 – 0.4 ms;
 * - `"internet"`: every endpoint has a fixed place on a map and an access line; a datagram needs 1 – 15 ms for each of
 *   the two lines, up to 100 ms for the distance, and some jitter (mean 2 ms), which also reorders;
 * - a function of two endpoint numbers, for everything else.
 */
export type Latency =
  | number
  | { readonly min: number; readonly max: number }
  | "lan"
  | "internet"
  | ((from: number, to: number) => number);

/** One-way delay in ms between two endpoint numbers. */
export type LatencyModel = (from: number, to: number) => number;

const LAN_MS = { min: 0.1, max: 0.4 };
const ACCESS_MS = { min: 1, max: 15 };
const MEAN_JITTER_MS = 2;
/** On a square map of side 1 whose edges meet, two points are at most √½ apart. */
const MAP_SIDE_MS = 100 / Math.SQRT1_2;

/** @throws TypeError when a delay is negative or the range is empty. */
export function latencyModel(latency: Latency, random: RandomSource): LatencyModel {
  if (typeof latency === "function") return latency;
  if (latency === "internet") return internet(random);
  if (typeof latency === "number") {
    if (!(latency >= 0)) throw new TypeError(`a latency of ${latency} ms makes no sense: it must be 0 or more`);
    return () => latency;
  }
  const { min, max } = latency === "lan" ? LAN_MS : latency;
  if (!(min >= 0 && max >= min)) throw new TypeError(`a latency of ${min} to ${max} ms makes no sense`);
  return () => uniform(random, min, max);
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly access: number;
}

function internet(random: RandomSource): LatencyModel {
  const places: Place[] = [];
  const placeOf = (index: number): Place => {
    let place = places[index];
    if (place === undefined) {
      place = {
        x: uniform(random, 0, 1),
        y: uniform(random, 0, 1),
        access: uniform(random, ACCESS_MS.min, ACCESS_MS.max),
      };
      places[index] = place;
    }
    return place;
  };
  return (from, to) => {
    const a = placeOf(from);
    const b = placeOf(to);
    const distance = Math.hypot(shortWay(a.x - b.x), shortWay(a.y - b.y));
    const jitter = -MEAN_JITTER_MS * Math.log(1 - uniform(random, 0, 1));
    return a.access + b.access + distance * MAP_SIDE_MS + jitter;
  };
}

function shortWay(difference: number): number {
  const way = Math.abs(difference);
  return way > 0.5 ? 1 - way : way;
}
