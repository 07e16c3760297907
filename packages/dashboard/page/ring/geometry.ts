/**
 * The key space as a circle: an id's place is a turn from 0 (at the top) to 1, clockwise. Ids that share leading bits lie
 * on one arc, so that the buckets of a routing table are arcs too: half the circle, a quarter, an eighth …
 */

const ID_BITS_SEEN = 32; // more would not be visible

/** Where an id of 40 hexadecimal digits lies, 0 … 1. */
export function turnOf(id: string): number {
  return wordOf(id) / 2 ** ID_BITS_SEEN;
}

/** A part of the circle, in turns; it never passes the top. */
export interface Arc {
  readonly from: number;
  readonly to: number;
  /** How many leading bits the ids on it share with the node's own. */
  readonly bucket: number;
}

/** The arcs of a table whose deepest bucket is `depth`, the widest first; the last is the one that holds `ownId`. */
export function bucketArcs(ownId: string, depth: number): Arc[] {
  const own = wordOf(ownId);
  const deepest = Math.min(depth, ID_BITS_SEEN - 1);
  const arcs: Arc[] = [];
  for (let bucket = 0; bucket < deepest; bucket++) {
    const width = 2 ** (ID_BITS_SEEN - bucket - 1);
    const sibling = Math.floor(own / width) % 2 === 0 ? 1 : -1;
    arcs.push(arc(Math.floor(own / width) * width + sibling * width, width, bucket));
  }
  const width = 2 ** (ID_BITS_SEEN - deepest);
  arcs.push(arc(Math.floor(own / width) * width, width, deepest));
  return arcs;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The point at a turn, on a circle around the origin. */
export function pointAt(turn: number, radius: number): Point {
  const angle = angleOf(turn);
  return { x: Math.cos(angle) * radius, y: Math.sin(angle) * radius };
}

/** For canvases, whose angle 0 points to the right. */
export function angleOf(turn: number): number {
  return (turn - 0.25) * 2 * Math.PI;
}

/** How far apart two places are, 0 … ½. */
export function distanceBetween(a: number, b: number): number {
  const way = Math.abs(a - b) % 1;
  return Math.min(way, 1 - way);
}

/**
 * The control point of the curve that connects two places through the water: neighbours by a shallow bow, opposite places
 * nearly straight through the middle.
 */
export function bendBetween(a: number, b: number, radius: number): Point {
  const start = pointAt(a, radius);
  const end = pointAt(b, radius);
  const depth = 0.25 + 0.65 * (1 - distanceBetween(a, b) * 2);
  return { x: ((start.x + end.x) / 2) * depth, y: ((start.y + end.y) / 2) * depth };
}

/** The point of a quadratic curve, `progress` from 0 to 1. */
export function alongCurve(start: Point, bend: Point, end: Point, progress: number): Point {
  const rest = 1 - progress;
  const [first, second, third] = [rest * rest, 2 * rest * progress, progress * progress];
  return {
    x: first * start.x + second * bend.x + third * end.x,
    y: first * start.y + second * bend.y + third * end.y,
  };
}

function arc(start: number, width: number, bucket: number): Arc {
  return { from: start / 2 ** ID_BITS_SEEN, to: (start + width) / 2 ** ID_BITS_SEEN, bucket };
}

function wordOf(id: string): number {
  return Number.parseInt(id.slice(0, ID_BITS_SEEN / 4), 16) || 0;
}
