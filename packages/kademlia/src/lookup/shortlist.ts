import type { NodeId } from "../id/index.ts";
import type { PackedValue } from "../value/index.ts";
import type { NodeEntry } from "../wire/index.ts";

/** Nodes remembered by one lookup; the farthest is forgotten. Bounds what a flood of invented nodes can cost. */
export const MAX_CANDIDATES = 512;

/** A node on the way to the target, and how far we have come with it. */
export interface Candidate extends NodeEntry {
  /**
   * - `new`: not asked yet
   * - `asked`: the answer is awaited
   * - `late`: set aside until it answers (Kademlia paper §2.3), counted below
   * - `answered`
   * - `failed`: silent, or not worth asking
   */
  state: "new" | "asked" | "late" | "answered" | "failed";
  /** What it stores at the target. */
  value: PackedValue | undefined;
  /** Requests to it that are late. */
  unanswered: number;
}

/** The nodes that a lookup knows, nearest to the target first. */
export class Shortlist {
  readonly #target: NodeId;
  readonly #candidates: Candidate[] = [];

  constructor(target: NodeId) {
    this.#target = target;
  }

  get candidates(): readonly Candidate[] {
    return this.#candidates;
  }

  /** Adds a node unless it is known already, or farther than enough others. */
  add({ id, address }: NodeEntry): void {
    const candidates = this.#candidates;
    let low = 0;
    let high = candidates.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const candidate = candidates[middle];
      const order = candidate ? this.#target.compareDistance(candidate.id, id) : 1;
      if (order === 0) return;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    if (low >= MAX_CANDIDATES) return;
    candidates.splice(low, 0, { id, address, state: "new", value: undefined, unanswered: 0 });
    if (candidates.length > MAX_CANDIDATES) candidates.pop();
  }
}
