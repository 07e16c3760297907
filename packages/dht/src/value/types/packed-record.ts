import { decode, encode } from "@msgpack/msgpack";
import { UnpackError } from "../../errors/index.ts";

/** A map of application data, looked into with care: what is missing has a default, what has the wrong type throws. */
export class PackedRecord {
  readonly #entries: Readonly<Record<string, unknown>>;

  /** @throws UnpackError when the data is no packed map */
  constructor(data: Uint8Array) {
    const object = decodeAny(data);
    if (!isRecord(object)) throw new UnpackError("the value's data must be a packed map");
    this.#entries = object;
  }

  /** In the order of the object, integers in their shortest form. */
  static pack(object: Readonly<Record<string, unknown>>): Uint8Array<ArrayBuffer> {
    const shortest = Object.entries(object).map(([name, value]) => [name, shortestInteger(value)]);
    return encode(Object.fromEntries(shortest), { useBigInt64: true });
  }

  text(name: string): string {
    const value = this.#entries[name] ?? "";
    return typeof value === "string" ? value : wrongType(name, "a text");
  }

  number(name: string): number {
    const value = this.#entries[name] ?? 0;
    if (typeof value === "bigint") return Number(value);
    return typeof value === "number" ? value : wrongType(name, "a number");
  }

  id(name: string): bigint {
    const value = this.#entries[name] ?? 0;
    if (typeof value === "bigint") return value;
    return Number.isInteger(value) ? BigInt(Number(value)) : wrongType(name, "an integer");
  }

  boolean(name: string): boolean {
    const value = this.#entries[name] ?? false;
    return typeof value === "boolean" ? value : wrongType(name, "true or false");
  }

  bytes(name: string): Uint8Array {
    const value = this.#entries[name] ?? new Uint8Array(0);
    return value instanceof Uint8Array ? value : wrongType(name, "binary");
  }

  texts(name: string): Readonly<Record<string, string>> {
    const value = this.#entries[name] ?? {};
    if (!isRecord(value)) return wrongType(name, "a map");
    return Object.fromEntries(
      Object.entries(value).map(([key, text]) => [key, typeof text === "string" ? text : wrongType(name, "texts")]),
    );
  }
}

function decodeAny(data: Uint8Array): unknown {
  try {
    return decode(data, { useBigInt64: true });
  } catch (cause) {
    throw new UnpackError("the value's data is no MessagePack", { cause });
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

/** The library packs every bigint in nine bytes. */
function shortestInteger(value: unknown): unknown {
  return typeof value === "bigint" && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

function wrongType(name: string, expected: string): never {
  throw new UnpackError(`"${name}" in the value's data must be ${expected}`);
}
