// Source: OpenDHT crypto layer §11.1 and §11.5, names and stored values.
import { InfoHash } from "../id/index.ts";
import { type Filter, Value } from "../value/index.ts";

/** What an index leads to: a value under a key of the DHT. An id of 0 stands for whatever is there. */
export interface IndexValue {
  readonly hash: InfoHash;
  readonly id: bigint;
}

/** An index value as stored, with the key under which it was inserted. */
export interface IndexEntry {
  /** Content of the whole linearized key. */
  readonly prefix: Uint8Array;
  readonly value: IndexValue;
}

/** The values by which an index is stored, told from all others by their user type. */
export class IndexValues {
  readonly #userType: string;
  /** Also the values of indexes whose names begin like this one's: that is how OpenDHT looks for them. */
  readonly filter: Filter;

  constructor(indexName: string) {
    this.#userType = `index.pht.${indexName}`;
    this.filter = (value) => value.userType.startsWith(this.#userType);
  }

  encode({ prefix, value: { hash, id } }: IndexEntry): Value {
    return Value.pack({ prefix, value: [hash.bytes, id] }, { userType: this.#userType });
  }

  /** Marks a node of the tree as there. */
  canary(): Value {
    return new Value({ userType: `${this.#userType}.canary` });
  }

  isCanary(value: Value): boolean {
    return value.userType === `${this.#userType}.canary`;
  }

  /** Undefined for a value that is none of an index. */
  decode(value: Value): IndexEntry | undefined {
    let entry: unknown;
    try {
      entry = value.unpack();
    } catch {
      return undefined;
    }
    if (!isRecord(entry) || !(entry.prefix instanceof Uint8Array) || !Array.isArray(entry.value)) return undefined;
    const [hash, id]: unknown[] = entry.value;
    if (!(hash instanceof Uint8Array) || hash.length !== InfoHash.BYTES) return undefined;
    if (typeof id !== "bigint" && !(typeof id === "number" && Number.isSafeInteger(id) && id >= 0)) return undefined;
    return { prefix: entry.prefix, value: { hash: InfoHash.fromBytes(hash), id: BigInt(id) } };
  }
}

function isRecord(object: unknown): object is Readonly<Record<string, unknown>> {
  return typeof object === "object" && object !== null;
}
