import type { SockAddr } from "../address/index.ts";
import { Heap } from "./heap.ts";
import { heldBytes } from "./held-bytes.ts";
import type { StoredValue } from "./stored-value.ts";

/** What a value counts beside its size when the heaviest user is looked for, so that empty values aren't free. */
const VALUE_OVERHEAD_BYTES = 64;

/** A network (IPv4 address, IPv6 /64) that has values stored with us: these values, the next to expire on top. */
export class Source extends Heap<StoredValue> {
  /** Of the peer that put first. */
  readonly address: SockAddr;
  /** Bytes of the values. */
  bytes = 0;
  /** Its place among the heaviest users. */
  heaviestIndex = -1;

  constructor(address: SockAddr) {
    super();
    this.address = address;
  }

  get weight(): number {
    return this.bytes + this.size * VALUE_OVERHEAD_BYTES;
  }

  protected override isBefore(a: StoredValue, b: StoredValue): boolean {
    return a.goesBefore(b);
  }

  protected override indexOf(stored: StoredValue): number {
    return stored.sourceIndex;
  }

  protected override setIndex(stored: StoredValue, index: number): void {
    stored.sourceIndex = index;
  }
}

/** All who have values stored with us, each with its share. */
export class Sources {
  readonly #byNetwork = new Map<number | string, Source>();
  readonly #heaviest = new HeaviestHeap();

  get size(): number {
    return this.#byNetwork.size;
  }

  /** The record of that network, made if needed. */
  of(address: SockAddr): Source {
    const network = networkOf(address);
    let source = this.#byNetwork.get(network);
    if (source === undefined) {
      source = new Source(address);
      this.#byNetwork.set(network, source);
      this.#heaviest.add(source);
    }
    return source;
  }

  /** Books a value to its source, if it has one. */
  add(stored: StoredValue): void {
    const { source, value } = stored;
    if (source === undefined) return;
    source.add(stored);
    source.bytes += heldBytes(value);
    this.#heaviest.update(source);
  }

  /** The reverse of `add`; `stored` must still hold the value and source that were booked. */
  remove(stored: StoredValue): void {
    const { source, value } = stored;
    if (source === undefined) return;
    source.remove(stored);
    source.bytes -= heldBytes(value);
    if (source.size > 0) this.#heaviest.update(source);
    else {
      this.#heaviest.remove(source);
      this.#byNetwork.delete(networkOf(source.address));
    }
  }

  /** The value to give up first: of the heaviest user, the one that expires next. */
  get firstToGo(): StoredValue | undefined {
    return this.#heaviest.top?.top;
  }

  /** Heaviest first. */
  list(): Source[] {
    return [...this.#heaviest].sort((a, b) => b.weight - a.weight);
  }
}

class HeaviestHeap extends Heap<Source> {
  protected override isBefore(a: Source, b: Source): boolean {
    return a.weight > b.weight;
  }

  protected override indexOf(source: Source): number {
    return source.heaviestIndex;
  }

  protected override setIndex(source: Source, index: number): void {
    source.heaviestIndex = index;
  }
}

/** Equal for addresses that share a quota: IPv4 by address, IPv6 by its first 64 bits. Ports don't matter. */
export function networkOf(address: SockAddr): number | string {
  return address.family === 4 ? address.a : `${address.a}:${address.b}`;
}
