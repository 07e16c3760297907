import type { Arc } from "./geometry.ts";
import { turnOf } from "./geometry.ts";

/** How a node is drawn; told apart by shape, not by colour alone. */
export type DotLook = "good" | "incoming" | "dubious" | "gone" | "holder";

/** Where a node is drawn. */
export interface Place {
  readonly id: string;
  readonly turn: number;
  /** 0 … 1: how far from the rim's middle line, so that neighbours don't hide each other. */
  readonly offset: number;
}

/** A node on the rim. */
export interface Dot extends Place {
  look: DotLook;
  /** Page time when a message last passed, ms. */
  pulsedAt: number;
}

/** How a line through the water is drawn. */
export type PathLook = "message" | "asked" | "answered" | "silent" | "found" | "lost";

/** A line from one place on the rim to another. */
export interface Path {
  readonly from: number;
  readonly to: number;
  look: PathLook;
  /** Page time, ms. */
  readonly startedAt: number;
  /** Page time when it has faded away; Infinity for one that stays. */
  endsAt: number;
}

/** Something with a name on the rim: this node, a key. */
export interface Mark {
  readonly turn: number;
  readonly text: string;
}

/** Most lines drawn at a time; the oldest go first. */
export const MAX_PATHS = 240;
/** Most listeners marked at a time. */
export const MAX_LISTENERS = 500;
const NOT_YET = Number.NEGATIVE_INFINITY;

/** What a ring shows. Whoever knows the network writes it, the painter reads it, frame by frame. */
export class RingScene {
  readonly dots = new Map<string, Dot>();
  readonly paths: Path[] = [];
  arcs: readonly Arc[] = [];
  /** Nodes with a circle around them, be they dots or not. */
  listeners: readonly Place[] = [];
  self: Mark | undefined;
  target: Mark | undefined;
  /** 0 … 1: how much is going on; the water breathes with it. */
  activity = 0;
  /** The two halves cannot hear each other. */
  isSplit = false;

  /** Puts a node on the rim, or changes its look. */
  place(id: string, look: DotLook): Dot {
    const known = this.dots.get(id);
    if (known !== undefined) {
      known.look = look;
      return known;
    }
    const dot = { ...placeOf(id), look, pulsedAt: NOT_YET };
    this.dots.set(id, dot);
    return dot;
  }

  /** Takes everybody off the rim who is not named. */
  keepOnly(ids: ReadonlySet<string>): void {
    for (const id of this.dots.keys()) if (!ids.has(id)) this.dots.delete(id);
  }

  /** Marks these, and nobody else, as listeners. */
  markListeners(ids: ReadonlySet<string>): void {
    this.listeners = Array.from(ids).slice(0, MAX_LISTENERS).map(placeOf);
  }

  addPath(path: Path): Path {
    this.paths.push(path);
    if (this.paths.length > MAX_PATHS) this.paths.splice(0, this.paths.length - MAX_PATHS);
    return path;
  }

  /** Forgets lines that have faded away. */
  sweep(now: number): void {
    let kept = 0;
    for (const path of this.paths) if (path.endsAt > now) this.paths[kept++] = path;
    this.paths.length = kept;
  }

  clear(): void {
    this.dots.clear();
    this.paths.length = 0;
    this.arcs = [];
    this.listeners = [];
    this.self = undefined;
    this.target = undefined;
    this.activity = 0;
    this.isSplit = false;
  }
}

function placeOf(id: string): Place {
  return { id, turn: turnOf(id), offset: Number.parseInt(id.slice(-2), 16) / 255 };
}
