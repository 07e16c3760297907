// Source: OpenDHT REST proxy, the JSON form of a value; what is wrong in it counts as it does there.
import { InfoHash } from "../id/index.ts";
import { encodeText } from "../msgpack/index.ts";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { derFromPem, publicKeyPem } from "./pem.ts";
import type { Value, ValueInit } from "./value.ts";

/** A value as OpenDHT's proxy writes it. Binary fields are base64. */
export interface ValueJson {
  /** The 64-bit id, decimal; on input also a number. */
  readonly id?: string | number | bigint;
  /** Then none of the body's fields. */
  readonly cypher?: string;
  readonly sig?: string;
  readonly seq?: number;
  /** PEM */
  readonly owner?: string;
  /** Short id of the recipient's key, hexadecimal. */
  readonly to?: string;
  readonly type?: number;
  readonly data?: string;
  readonly utype?: string;
  readonly prio?: number;
  readonly pt?: string;
}

const MAX_UINT64 = 2n ** 64n - 1n;
const MAX_UINT32 = 2 ** 32 - 1;
const MIN_INT32 = -(2 ** 31);
const MAX_INT32 = 2 ** 31 - 1;
/** The digits that C's `strtoull` reads at the beginning of a text. */
const LEADING_NUMBER = /^\s*([+-]?)(\d+)/;

/** Members in ascending order of their names, as the proxy writes them. */
export function valueToJson(value: Value): ValueJson {
  const { cypher } = value;
  const id = value.id.toString();
  const prio = value.priority !== 0 && { prio: value.priority };
  const pt = value.pushType !== "" && { pt: value.pushType };
  if (cypher) return { cypher: encodeBase64(cypher), id, ...prio, ...pt };
  const { owner, signature, recipient } = value;
  return {
    data: encodeBase64(value.data),
    id,
    ...(owner && { owner: publicKeyPem(owner) }),
    ...prio,
    ...pt,
    ...(owner && { seq: value.seq }),
    ...(owner && signature && { sig: encodeBase64(signature) }),
    ...(owner && !recipient.isZero() && { to: recipient.toString() }),
    type: value.type,
    ...(value.userType !== "" && { utype: value.userType }),
  };
}

/**
 * Reads as leniently as OpenDHT: texts that are none are passed over, an id that can't be understood is none, and numbers
 * that are too large for their field lose their upper bits.
 * @throws TypeError for what OpenDHT refuses: no object, numbers that are none, negative priorities, broken base64
 */
export function parseValueJson(json: ValueJson): ValueInit {
  if (typeof json !== "object" || json === null) throw new TypeError("a value in JSON must be an object");
  const owner = text(json, "owner");
  const recipient = text(json, "to");
  return {
    id: parseId(json.id),
    type: uint16(json, "type"),
    data: base64(json, "data"),
    userType: text(json, "utype"),
    priority: priority(json),
    pushType: text(json, "pt"),
    owner: owner === undefined ? undefined : derFromPem(encodeText(owner)),
    seq: uint16(json, "seq"),
    recipient: recipient === undefined ? undefined : InfoHash.tryFromHex(recipient),
    // Nobody can check a signature without its owner, and no node keeps it.
    signature: owner === undefined ? undefined : base64(json, "sig"),
    cypher: base64(json, "cypher"),
  };
}

/** 0, "no id", for what can't be understood. */
function parseId(id: unknown): bigint {
  switch (typeof id) {
    case "string":
      return leadingNumber(id);
    case "number":
      return Number.isFinite(id) ? inRange(BigInt(Math.trunc(id))) : 0n;
    case "bigint":
      return inRange(id);
    default:
      return id === true ? 1n : 0n;
  }
}

function leadingNumber(text: string): bigint {
  const [, sign, digits = "0"] = LEADING_NUMBER.exec(text) ?? [];
  const magnitude = inRange(BigInt(digits));
  return sign === "-" ? BigInt.asUintN(64, -magnitude) : magnitude;
}

function inRange(id: bigint): bigint {
  return id >= 0n && id <= MAX_UINT64 ? id : 0n;
}

/** A signed number of 32 bits, of which the lower 16 count. */
function uint16(json: ValueJson, field: "type" | "seq"): number | undefined {
  const value: unknown = json[field];
  if (value === undefined || value === null) return undefined;
  const number = typeof value === "boolean" ? Number(value) : value;
  if (typeof number !== "number" || !(number > MIN_INT32 - 1 && number < MAX_INT32 + 1))
    throw new TypeError(`"${field}" of a value in JSON must be a number of 32 bits`);
  return number & 0xffff;
}

function priority(json: ValueJson): number | undefined {
  const value: unknown = json.prio;
  if (typeof value === "bigint" || (Number.isInteger(value) && !(Number(value) >= 0 && Number(value) <= MAX_UINT32)))
    throw new TypeError('"prio" of a value in JSON must be in 0 … 2^32−1');
  return Number.isInteger(value) ? Number(value) : undefined;
}

function text(json: ValueJson, field: "owner" | "to" | "utype" | "pt" | "data" | "sig" | "cypher"): string | undefined {
  const value: unknown = json[field];
  return typeof value === "string" ? value : undefined;
}

/** White space and missing padding are forgiven. */
function base64(json: ValueJson, field: "data" | "sig" | "cypher"): Uint8Array | undefined {
  const value = text(json, field);
  const bytes = value === undefined ? undefined : decodeBase64(value);
  if (value !== undefined && !bytes) throw new TypeError(`"${field}" of a value in JSON must be base64`);
  return bytes;
}
