import { readFileSync } from "node:fs";

/** Bytes captured from a real program, and what they say: see `format` in the file. */
export interface Vector {
  readonly name: string;
  readonly from: string;
  readonly hex: string;
  /** JSON picture of the bytes; null where they are no MessagePack. */
  readonly decoded: unknown;
  readonly note?: string;
  /** Present for datagrams. */
  readonly transport?: { readonly src: string; readonly dst: string };
}

const file: { readonly vectors: readonly Vector[] } = JSON.parse(
  readFileSync(new URL("../../vectors/opendht-wire.json", import.meta.url), "utf8"),
);

export const vectors = file.vectors;

export function vectorsLike(pattern: RegExp): readonly Vector[] {
  return vectors.filter((vector) => pattern.test(vector.name));
}

export function vector(name: string): Vector {
  const found = vectors.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no vector is called ${name}`);
  return found;
}

export function bytesOf(vector: Vector): Uint8Array {
  return fromHex(vector.hex);
}

export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
}

/** The kinds of vectors, each the business of one test file. */
export const DATAGRAMS = vectors.filter((vector) => vector.transport && !vector.name.startsWith("discovery-"));
export const DISCOVERY = vectorsLike(/^discovery-/);
export const MALFORMED = vectorsLike(/^malformed-/);
export const VALUES = vectorsLike(/^value-(?!.*(tosign|toencrypt|inner|cypher|-sig-))|assembled/);
export const VALUE_PARTS = vectorsLike(/^value-.*(tosign|toencrypt|inner|cypher|-sig-)/);
export const QUERIES = vectorsLike(/^query-/);
export const TYPES = vectorsLike(/^type-/);
export const EXPORTS = vectorsLike(/^(nodeexport|exportnode|exportvalue|statefile)/);
export const IDS = vectorsLike(/^(infohash|pkid)-/);
/** Encryption and the 64-byte hash: the business of the crypto package. */
export const CRYPTO = vectorsLike(/^(rsa|hash3)-/);
