import { randomBytes, randomInt } from "node:crypto";
import { decode, encode } from "@msgpack/msgpack";

// Hand-made datagrams, written with a general MessagePack library and not with the codec under test: what both sides
// of a test share, a test cannot find wrong.

/** A map of the wire as it is: bytes are Uint8Array, 64-bit numbers are bigint where they do not fit a number. */
export type WireMap = Readonly<Record<string, unknown>>;

export const ID_BYTES = 20;
export const ZERO_ID = new Uint8Array(ID_BYTES);

/** `undefined` members are left out, so that a test can take a part of a good message away. */
export function pack(message: unknown): Uint8Array {
  return encode(message, { ignoreUndefined: true, useBigInt64: true });
}

export function unpack(datagram: Uint8Array): WireMap {
  const decoded: unknown = decode(new Uint8Array(datagram), { useBigInt64: true }); // a copy: of a Buffer, bytes would be Buffers
  return numbersFrom(decoded) as WireMap; // every answer is a map; a test that gets anything else fails on its content
}

/** A query as a current node writes it; `changes` replace members of the envelope (undefined: taken away). */
export function query(name: string, args: WireMap, changes: WireMap = {}): WireMap {
  return { a: args, q: name, t: randomInt(1, 2 ** 31), y: "q", v: "o2", ...changes };
}

/** A plain value of type 0. */
export function plainValue(id: number | bigint, data: unknown): WireMap {
  return { id, dat: { body: { type: 0, data } } };
}

export function randomId(): Uint8Array {
  return randomBytes(ID_BYTES);
}

/** The member of a map that is a map itself; empty when it is missing. */
export function mapIn(map: WireMap, key: string): WireMap {
  const member = map[key];
  return typeof member === "object" && member !== null ? (member as WireMap) : {};
}

/** Numbers as numbers where they fit: the decoder gives every 64-bit form as a bigint. */
function numbersFrom(value: unknown): unknown {
  if (typeof value === "bigint") return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(numbersFrom);
  if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, numbersFrom(member)]));
}
