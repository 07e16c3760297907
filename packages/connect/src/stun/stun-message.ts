import { addressFromBytes, type TransportAddress } from "../address/index.ts";
import { FIRST_OPTIONAL_ATTRIBUTE, StunAttributeType } from "./attribute-types.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { hasIntegrity } from "./integrity.ts";
import {
  isStunMessage,
  readUint16,
  STUN_HEADER_BYTES,
  STUN_MAGIC_COOKIE,
  type StunClass,
  unpackMessageType,
} from "./stun-header.ts";

export interface StunAttribute {
  readonly type: number;
  /** Without padding. A view of the message. */
  readonly value: Uint8Array;
}

export interface StunError {
  /** 300 … 699 */
  readonly code: number;
  readonly reason: string;
}

/** A STUN message as it was received (RFC 8489): read once, its attributes read when asked for. */
export class StunMessage {
  readonly class: StunClass;
  readonly method: number;
  readonly attributes: readonly StunAttribute[];
  readonly bytes: Uint8Array;

  private constructor(bytes: Uint8Array, attributes: readonly StunAttribute[]) {
    const type = unpackMessageType(readUint16(bytes, 0));
    this.class = type.class;
    this.method = type.method;
    this.attributes = attributes;
    this.bytes = bytes;
  }

  /** Undefined when it is no STUN message, or an attribute claims more bytes than there are. Keeps a view of `bytes`. */
  static parse(bytes: Uint8Array): StunMessage | undefined {
    if (!isStunMessage(bytes)) return undefined;
    const attributes: StunAttribute[] = [];
    for (let offset = STUN_HEADER_BYTES; offset < bytes.length; ) {
      const length = readUint16(bytes, offset + 2);
      const start = offset + 4;
      if (start + length > bytes.length) return undefined;
      attributes.push({ type: readUint16(bytes, offset), value: bytes.subarray(start, start + length) });
      offset = start + length + (-length & 3);
    }
    return new StunMessage(bytes, attributes);
  }

  get transactionId(): Uint8Array {
    return this.bytes.subarray(8, STUN_HEADER_BYTES);
  }

  /** The transaction id as a key for maps. */
  get transactionKey(): string {
    return transactionKey(this.transactionId);
  }

  /** The value of the first attribute of that type; empty attributes have an empty value. */
  attribute(type: number): Uint8Array | undefined {
    return this.attributes.find((attribute) => attribute.type === type)?.value;
  }

  has(type: number): boolean {
    return this.attribute(type) !== undefined;
  }

  /** Undefined when it is missing or not of 4 bytes. */
  uint32(type: number): number | undefined {
    const value = this.attribute(type);
    return value?.length === 4 ? viewOf(value).getUint32(0) : undefined;
  }

  /** Undefined when it is missing or not of 8 bytes. */
  uint64(type: number): bigint | undefined {
    const value = this.attribute(type);
    return value?.length === 8 ? viewOf(value).getBigUint64(0) : undefined;
  }

  /** As UTF-8, without the zeros that some put at the end. */
  text(type: number): string | undefined {
    const value = this.attribute(type);
    return value && new TextDecoder().decode(value).replace(/\0+$/, "");
  }

  /** An address of the XOR kind: mapped, relayed or peer. */
  xorAddress(type: number): TransportAddress | undefined {
    const value = this.attribute(type);
    const length = value?.[1] === 1 ? 4 : value?.[1] === 2 ? 16 : 0;
    if (value === undefined || length === 0 || value.length !== 4 + length) return undefined;
    const address = value.slice(4);
    for (let i = 0; i < length; i++) address[i] = (address[i] ?? 0) ^ (this.bytes[4 + i] ?? 0);
    return addressFromBytes(address, readUint16(value, 2) ^ (STUN_MAGIC_COOKIE >>> 16));
  }

  /** What an error response says is wrong. */
  get error(): StunError | undefined {
    const value = this.attribute(StunAttributeType.ERROR_CODE);
    if (value === undefined || value.length < 4) return undefined;
    const code = ((value[2] ?? 0) & 7) * 100 + (value[3] ?? 0);
    return { code, reason: new TextDecoder().decode(value.subarray(4)).replace(/\0+$/, "") };
  }

  /** Attributes that must be understood, but are not among `known`. */
  unknownAttributes(known: ReadonlySet<number>): number[] {
    const unknown = this.attributes.filter(({ type }) => type < FIRST_OPTIONAL_ATTRIBUTE && !known.has(type));
    return unknown.map(({ type }) => type);
  }

  /** Whether MESSAGE-INTEGRITY is there and was made with this key (RFC 8489 §14.5). */
  isSignedWith(key: Uint8Array): boolean {
    const value = this.attribute(StunAttributeType.MESSAGE_INTEGRITY);
    return value !== undefined && hasIntegrity(this.bytes, value, key);
  }

  /** Whether FINGERPRINT is the last attribute and right (RFC 8489 §14.7). */
  hasFingerprint(): boolean {
    const last = this.attributes.at(-1);
    if (last?.type !== StunAttributeType.FINGERPRINT || last.value.length !== 4) return false;
    return viewOf(last.value).getUint32(0) === fingerprintOf(this.bytes.subarray(0, -8));
  }
}

export function transactionKey(id: Uint8Array): string {
  return String.fromCharCode(...id);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
