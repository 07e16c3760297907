import { addressToBytes, type TransportAddress } from "../address/index.ts";
import { StunAttributeType } from "./attribute-types.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { integrityOf } from "./integrity.ts";
import {
  MAX_STUN_MESSAGE_BYTES,
  packMessageType,
  STUN_HEADER_BYTES,
  STUN_MAGIC_COOKIE,
  type StunClass,
} from "./stun-header.ts";

/**
 * Writes a STUN message, attribute by attribute, in the order of the calls (RFC 8489). MESSAGE-INTEGRITY comes after all
 * that it covers, FINGERPRINT last.
 */
export class StunBuilder {
  #bytes = new Uint8Array(256);
  #length = STUN_HEADER_BYTES;

  /** @param transactionId 12 bytes: fresh random ones for a request, those of the request for a response */
  constructor(messageClass: StunClass, method: number, transactionId: Uint8Array) {
    const view = this.#view();
    view.setUint16(0, packMessageType(messageClass, method));
    view.setUint32(4, STUN_MAGIC_COOKIE);
    this.#bytes.set(transactionId, 8);
  }

  /** Pads to a multiple of 4 with zeros. */
  attribute(type: number, value: Uint8Array): this {
    const start = this.#length + 4;
    const end = start + value.length + (-value.length & 3);
    if (end > MAX_STUN_MESSAGE_BYTES) throw new RangeError("the STUN message gets too long");
    this.#reserve(end);
    const view = this.#view();
    view.setUint16(this.#length, type);
    view.setUint16(this.#length + 2, value.length);
    this.#bytes.set(value, start);
    this.#length = end;
    view.setUint16(2, end - STUN_HEADER_BYTES);
    return this;
  }

  /** An attribute whose presence says everything. */
  flag(type: number): this {
    return this.attribute(type, new Uint8Array(0));
  }

  uint32(type: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value);
    return this.attribute(type, bytes);
  }

  uint64(type: number, value: bigint): this {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, value);
    return this.attribute(type, bytes);
  }

  text(type: number, value: string): this {
    return this.attribute(type, new TextEncoder().encode(value));
  }

  /** An address of the XOR kind: mapped, relayed or peer. */
  xorAddress(type: number, address: TransportAddress): this {
    const bytes = addressToBytes(address);
    for (let i = 0; i < bytes.length; i++) bytes[i] = (bytes[i] ?? 0) ^ (this.#bytes[4 + i] ?? 0);
    const port = address.port ^ (STUN_MAGIC_COOKIE >>> 16);
    const value = new Uint8Array(4 + bytes.length);
    value.set([0, address.family === 4 ? 1 : 2, port >>> 8, port]);
    value.set(bytes, 4);
    return this.attribute(type, value);
  }

  error(code: number, reason: string): this {
    const text = new TextEncoder().encode(reason);
    const value = new Uint8Array(4 + text.length);
    value.set([0, 0, Math.floor(code / 100), code % 100]);
    value.set(text, 4);
    return this.attribute(StunAttributeType.ERROR_CODE, value);
  }

  unknownAttributes(types: readonly number[]): this {
    return this.attribute(StunAttributeType.UNKNOWN_ATTRIBUTES, Uint8Array.from(types.flatMap((t) => [t >>> 8, t])));
  }

  integrity(key: Uint8Array): this {
    return this.attribute(StunAttributeType.MESSAGE_INTEGRITY, integrityOf(this.#written(), key));
  }

  fingerprint(): this {
    const { length } = this.uint32(StunAttributeType.FINGERPRINT, 0).#written();
    this.#view().setUint32(length - 4, fingerprintOf(this.#bytes.subarray(0, length - 8)));
    return this;
  }

  /** A copy of the message as it is so far. */
  build(): Uint8Array {
    return this.#written().slice();
  }

  #written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(length: number): void {
    if (length <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(length, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }

  #view(): DataView {
    return new DataView(this.#bytes.buffer);
  }
}
