// Source: RFC 5280 §4.1 (the frame around what is signed, shared by certificates, requests and revocation lists).
import type { AlgorithmIdentifier } from "@peculiar/asn1-x509";
import { BitString, OctetString } from "asn1js";
import { bytesEqual, concatBytes } from "../bytes.ts";
import { encodeDer } from "./der.ts";

const SEQUENCE_TAG = 0x30;

/** The parts of a signed structure. */
export interface SignedParts {
  /** What is signed, as it was read. */
  readonly content: Uint8Array;
  readonly algorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
}

/**
 * Whether `der` is the one proper encoding of its parts. The signature covers the content alone: without this check the
 * frame around it could be bent into other bytes, and so other fingerprints, of the same valid structure.
 */
export function isProperFrame(der: Uint8Array, { content, algorithm, signature }: SignedParts): boolean {
  const bits = new Uint8Array(new BitString({ valueHex: signature }).toBER());
  // The library writes the length of any content; a sequence differs from an octet string in its tag alone.
  const frame = new Uint8Array(new OctetString({ valueHex: concatBytes(content, encodeDer(algorithm), bits) }).toBER());
  frame[0] = SEQUENCE_TAG;
  return bytesEqual(frame, der);
}
