import type { SockAddr } from "../address/index.ts";
import { Heap } from "./heap.ts";
import { networkOf } from "./network-of.ts";
import type { StoredValue } from "./stored-value.ts";

/** What a value counts beside its size when the heaviest user is looked for, so that empty values aren't free. */
const VALUE_OVERHEAD_BYTES = 64;

/** Who has values stored with us, ourselves or a network (IPv4 address, IPv6 /64): these values, the next to expire on top. */
export class Source extends Heap<StoredValue> {
  /** Of the peer that put first; undefined for ourselves. */
  readonly address: SockAddr | undefined;
  /** Bytes of the values. */
  bytes = 0;
  /** Its place among the heaviest users. */
  heaviestIndex = -1;
  /** Its place among those whose values expire. */
  expiringIndex = -1;

  constructor(address?: SockAddr) {
    super();
    this.address = address;
  }

  get isOwn(): boolean {
    return this.address === undefined;
  }

  get weight(): number {
    return this.bytes + this.size * VALUE_OVERHEAD_BYTES;
  }

  /** Whether a value of this source expires before all of the other's. */
  expiresBefore(other: Source): boolean {
    return this.top !== undefined && (other.top === undefined || this.top.goesBefore(other.top));
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

/** All who have values stored here, each with its share. */
export class Sources {
  readonly own = new Source();
  readonly #byNetwork = new Map<number | string, Source>();
  readonly #heaviest = new HeaviestHeap();
  readonly #expiring = new ExpiringHeap();

  /** The record of that network, made if needed. */
  of(address: SockAddr): Source {
    const network = networkOf(address);
    let source = this.#byNetwork.get(network);
    if (source === undefined) {
      source = new Source(address);
      this.#byNetwork.set(network, source);
    }
    return source;
  }

  /** Books a value to its source. */
  add(stored: StoredValue): void {
    const { source } = stored;
    source.add(stored);
    source.bytes += stored.bytes;
    if (!source.isOwn) this.#heaviest.put(source);
    this.#expiring.put(source);
  }

  /** To be called when a value expires at another time. */
  update(stored: StoredValue): void {
    stored.source.update(stored);
    this.#expiring.update(stored.source);
  }

  /** The reverse of `add`; `stored` must still hold the value and source that were booked. */
  remove(stored: StoredValue): void {
    const { source } = stored;
    source.remove(stored);
    source.bytes -= stored.bytes;
    if (source.size > 0) {
      if (!source.isOwn) this.#heaviest.update(source);
      this.#expiring.update(source);
      return;
    }
    this.#expiring.remove(source);
    this.#heaviest.remove(source);
    if (source.address !== undefined) this.#byNetwork.delete(networkOf(source.address));
  }

  /** The value to give up first: of the heaviest user, the one that expires next. */
  get firstToGo(): StoredValue | undefined {
    return this.#heaviest.top?.top;
  }

  /** The value that expires next. */
  get nextToExpire(): StoredValue | undefined {
    return this.#expiring.top?.top;
  }

  /** All others, the heaviest first. */
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

class ExpiringHeap extends Heap<Source> {
  protected override isBefore(a: Source, b: Source): boolean {
    return a.expiresBefore(b);
  }

  protected override indexOf(source: Source): number {
    return source.expiringIndex;
  }

  protected override setIndex(source: Source, index: number): void {
    source.expiringIndex = index;
  }
}
