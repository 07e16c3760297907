// The only door to the ASN.1 library: whole-input parsing and plain byte arrays on both sides.
import { AsnParser, AsnSerializer } from "@peculiar/asn1-schema";
import { type AsnType, fromBER, Integer } from "asn1js";

/** Elements in one structure: more than any revocation list of the permitted length has, hostile ones excepted. */
const MAX_ASN_NODES = 32_768;

/** Thrown by the functions of this file; callers turn it into the error of what they were reading. */
export class DerError extends Error {
  override readonly name = "DerError";
}

/** Reads one ASN.1 structure that fills `bytes` exactly. */
export function decodeDer<T>(bytes: Uint8Array, target: new () => T): T {
  const asn = parseAsn(bytes);
  try {
    return AsnParser.fromASN(asn, target);
  } catch (cause) {
    throw new DerError("unexpected ASN.1 structure", { cause });
  }
}

/** Reads one ASN.1 element of any kind that fills `bytes` exactly. */
export function parseAsn(bytes: Uint8Array): AsnType {
  let parsed: ReturnType<typeof fromBER>;
  try {
    parsed = fromBER(bytes, { maxNodes: MAX_ASN_NODES });
  } catch (cause) {
    throw new DerError("not ASN.1", { cause });
  }
  if (parsed.offset !== bytes.length || parsed.result.error !== "") throw new DerError("not ASN.1, or cut short");
  return parsed.result;
}

export function encodeDer(structure: unknown): Uint8Array {
  return new Uint8Array(AsnSerializer.serialize(structure));
}

/** The content bytes of an encoded INTEGER, exactly as written. */
export function integerBytes(der: Uint8Array): Uint8Array {
  const asn = parseAsn(der);
  if (!(asn instanceof Integer)) throw new DerError("an ASN.1 INTEGER was expected");
  return new Uint8Array(asn.valueBlock.valueHexView);
}

/** A copy in an ArrayBuffer of its own, the form in which the ASN.1 library takes raw content. */
export function arrayBufferOf(bytes: Uint8Array): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.length);
  new Uint8Array(copy).set(bytes);
  return copy;
}
