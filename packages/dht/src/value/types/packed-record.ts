import { UnpackError } from "../../errors/index.ts";
import { unpackObject } from "../pack-object.ts";

/** A map of application data, looked into with care: what is missing has a default, what has the wrong type throws. */
export class PackedRecord {
  readonly #entries: Readonly<Record<string, unknown>>;

  /** @throws UnpackError when the data is no packed map */
  constructor(data: Uint8Array) {
    const object = unpackObject(data);
    if (!isRecord(object)) throw new UnpackError("the value's data must be a packed map");
    this.#entries = object;
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

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function wrongType(name: string, expected: string): never {
  throw new UnpackError(`"${name}" in the value's data must be ${expected}`);
}
