// Vectors captured from OpenDHT 2.4.12 and 4.3; see the "source" and "from" fields of the file.
import { readFileSync } from "node:fs";
import { Certificate, PrivateKey } from "@hashmere/crypto";

export interface Vector {
  readonly name: string;
  readonly from: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly output: Readonly<Record<string, unknown>>;
}

const file: { vectors: Vector[] } = JSON.parse(
  readFileSync(new URL("vectors/opendht-crypto.json", import.meta.url), "utf8"),
);
export const vectors: readonly Vector[] = file.vectors;

export function vector(name: string): Vector {
  const found = vectors.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no vector named ${name}`);
  return found;
}

/** The vectors whose name begins so. */
export function vectorsUnder(prefix: string): readonly Vector[] {
  const found = vectors.filter(({ name }) => name.startsWith(prefix));
  if (found.length === 0) throw new Error(`no vector under ${prefix}`);
  return found;
}

export function text(fields: Readonly<Record<string, unknown>>, name: string): string {
  const value = fields[name];
  if (typeof value !== "string") throw new Error(`no text ${name} in the vector`);
  return value;
}

export function number(fields: Readonly<Record<string, unknown>>, name: string): number {
  const value = fields[name];
  if (typeof value !== "number") throw new Error(`no number ${name} in the vector`);
  return value;
}

export function texts(fields: Readonly<Record<string, unknown>>, name: string): string[] {
  const value = fields[name] ?? [];
  if (!Array.isArray(value)) throw new Error(`no list ${name} in the vector`);
  return value.map(String);
}

export function bytes(fields: Readonly<Record<string, unknown>>, name: string): Uint8Array {
  return fromHex(text(fields, name));
}

export function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, "hex"));
}

export function hex(data: Uint8Array): string {
  return Buffer.from(data).toString("hex");
}

/** The private key of an identity vector. */
export function keyOf(identity: string): PrivateKey {
  return PrivateKey.from(text(vector(identity).inputs, "private_key_pem"));
}

/** The certificate of an identity vector, with its chain. */
export function certificateOf(identity: string): Certificate {
  return Certificate.from(text(vector(identity).inputs, "certificate_pem"));
}
