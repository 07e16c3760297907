import { InfoHash } from "../id/index.ts";
import { encodeText } from "../msgpack/index.ts";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { derFromPem, publicKeyPem } from "./pem.ts";
import type { Value, ValueInit } from "./value.ts";

/** A value as OpenDHT's proxy writes it. Binary fields are base64. */
export interface ValueJson {
  /** The 64-bit id, decimal; on input also a number. */
  readonly id?: string | number;
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

export function valueToJson(value: Value): ValueJson {
  return {
    id: value.id.toString(),
    ...(value.cypher ? { cypher: encodeBase64(value.cypher) } : bodyToJson(value)),
    ...(value.priority !== 0 && { prio: value.priority }),
    ...(value.pushType !== "" && { pt: value.pushType }),
  };
}

function bodyToJson(value: Value): ValueJson {
  const { owner, signature, recipient } = value;
  return {
    ...(owner && signature && { sig: encodeBase64(signature) }),
    ...(owner && { seq: value.seq, owner: publicKeyPem(owner) }),
    ...(owner && !recipient.isZero() && { to: recipient.toString() }),
    type: value.type,
    data: encodeBase64(value.data),
    ...(value.userType !== "" && { utype: value.userType }),
  };
}

/** @throws TypeError when a field has the wrong type or isn't base64 */
export function parseValueJson(json: ValueJson): ValueInit {
  if (typeof json !== "object" || json === null) throw new TypeError("a value in JSON must be an object");
  const owner = text(json, "owner");
  const recipient = text(json, "to");
  return {
    id: parseId(json.id),
    type: number(json, "type"),
    data: base64(json, "data"),
    userType: text(json, "utype"),
    priority: number(json, "prio"),
    pushType: text(json, "pt"),
    owner: owner ? derFromPem(encodeText(owner)) : undefined,
    seq: number(json, "seq"),
    recipient: recipient === undefined ? undefined : InfoHash.tryFromHex(recipient),
    signature: base64(json, "sig"),
    cypher: base64(json, "cypher"),
  };
}

/** What can't be understood is 0, as in OpenDHT. */
function parseId(id: unknown): bigint {
  if (typeof id === "number") return Number.isSafeInteger(id) && id >= 0 ? BigInt(id) : 0n;
  if (typeof id !== "string" || !/^\d{1,20}$/.test(id)) return 0n;
  const value = BigInt(id);
  return value < 2n ** 64n ? value : 0n;
}

function number(json: ValueJson, field: "type" | "prio" | "seq"): number | undefined {
  const value: unknown = json[field];
  if (value === undefined || typeof value === "number") return value;
  throw new TypeError(`"${field}" of a value in JSON must be a number`);
}

function text(json: ValueJson, field: "owner" | "to" | "utype" | "pt" | "data" | "sig" | "cypher"): string | undefined {
  const value: unknown = json[field];
  if (value === undefined || typeof value === "string") return value;
  throw new TypeError(`"${field}" of a value in JSON must be a string`);
}

function base64(json: ValueJson, field: "data" | "sig" | "cypher"): Uint8Array | undefined {
  const value = text(json, field);
  const bytes = value === undefined ? undefined : decodeBase64(value);
  if (value !== undefined && !bytes) throw new TypeError(`"${field}" of a value in JSON must be base64`);
  return bytes;
}
