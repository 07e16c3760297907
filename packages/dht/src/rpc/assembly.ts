import type { SockAddr } from "../address/index.ts";
import { Reader } from "../msgpack/index.ts";
import type { Timer } from "../scheduler/index.ts";
import { Value } from "../value/index.ts";
import type { PutQuery, Reply, UpdateQuery, ValuePart } from "../wire/index.ts";
import { PartialValue } from "./partial-value.ts";

/** A message whose values (some of them) come in parts. */
export type Header = PutQuery | UpdateQuery | Reply;

/** What may be kept of parts that overtook their header. */
export const MAX_EARLY_PARTS = 98; // OpenDHT wire format, reassembly (4.3)
export const MAX_EARLY_BYTES = 122_912; // OpenDHT wire format: 56·1024 + 65536 + 32
/** Estimated memory of one part beside its data, and of one announced value. */
const PART_OVERHEAD_BYTES = 128;

/** One message that isn't whole yet. */
export class Assembly {
  readonly from: SockAddr;
  readonly tid: number;
  /** Salted hash of the sender's network, for its quota. */
  readonly network: number;
  readonly startedAt: number;
  /** When it last came closer to its end. */
  progressAt: number;
  timer: Timer | undefined;
  #header: Header | undefined;
  #early: ValuePart[] = [];
  readonly #values = new Map<number, PartialValue>();
  #missing = 0;
  #cost = 0;

  constructor(from: SockAddr, tid: number, network: number, now: number) {
    this.from = from;
    this.tid = tid;
    this.network = network;
    this.startedAt = now;
    this.progressAt = now;
  }

  /** Estimated memory, bytes. */
  get cost(): number {
    return this.#cost;
  }

  get hasHeader(): boolean {
    return this.#header !== undefined;
  }

  get isComplete(): boolean {
    return this.#header !== undefined && this.#missing === 0;
  }

  setHeader(header: Header): void {
    this.#header = header;
    for (const value of header.values) this.#cost += value.size + PART_OVERHEAD_BYTES;
    for (const { index, size } of header.announced) {
      this.#values.set(index, new PartialValue(size));
      this.#cost += PART_OVERHEAD_BYTES;
    }
    this.#missing = this.#values.size;
    const early = this.#early;
    this.#early = [];
    for (const part of early) this.#place(part);
  }

  /** `taken`, `ignored` (a duplicate, an overlap, beyond what was announced), or `abuse`: the assembly should be dropped. */
  addPart(part: ValuePart): "taken" | "ignored" | "abuse" {
    if (part.data.length === 0) return "ignored";
    if (this.#header === undefined) {
      this.#cost += part.data.length + PART_OVERHEAD_BYTES;
      this.#early.push(part);
      const bytes = this.#cost - this.#early.length * PART_OVERHEAD_BYTES;
      return this.#early.length > MAX_EARLY_PARTS || bytes > MAX_EARLY_BYTES ? "abuse" : "taken";
    }
    if (this.#place(part)) {
      this.#cost += part.data.length + PART_OVERHEAD_BYTES;
      return "taken";
    }
    return this.#values.get(part.index)?.isOverfull ? "abuse" : "ignored";
  }

  /** The message with all its values, those that came in parts at the end; undefined when one of them makes no sense. */
  finish(): Header | undefined {
    if (this.#header === undefined) return undefined;
    const values = [...this.#header.values];
    for (const partial of this.#values.values()) {
      const value = Value.read(new Reader(partial.join()));
      if (value === undefined) return undefined;
      values.push(value);
    }
    return { ...this.#header, values, announced: [] };
  }

  #place(part: ValuePart): boolean {
    const value = this.#values.get(part.index);
    if (value === undefined || value.isComplete || !value.add(part)) return false;
    if (value.isComplete) this.#missing--;
    return true;
  }
}
