import { UnpackError } from "../errors/index.ts";
import { InfoHash } from "../id/index.ts";
import { decodeText, Reader, textLength, Writer } from "../msgpack/index.ts";
import { EMPTY_BYTES, equalBytes } from "./bytes.ts";
import { packObject, unpackObject } from "./pack-object.ts";
import { packedValueSize, writeBody, writeDat, writeValue } from "./pack-value.ts";
import { readDatInit, readValueInit } from "./read-value.ts";
import { parseValueJson, type ValueJson, valueToJson } from "./value-json.ts";
import { formatValue } from "./value-text.ts";
import type { TypedValue } from "./value-type.ts";

/** What a value is made of; everything may be left out. */
export interface ValueInit {
  /** 0 … 2^64−1; 0 (the default) means "not yet": a put draws one. */
  readonly id?: bigint | undefined;
  /** 0 … 65535; default 0, user data. */
  readonly type?: number | undefined;
  /** Kept, not copied: don't change the bytes afterwards. */
  readonly data?: Uint8Array | undefined;
  /** What the data is, in the manner of MIME types (`text/plain`). */
  readonly userType?: string | undefined;
  /** 0: high, 1: normal. A hint for push notifications. */
  readonly priority?: number | undefined;
  readonly pushType?: string | undefined;
  /** DER SubjectPublicKeyInfo of the signer. */
  readonly owner?: Uint8Array | undefined;
  /** 0 … 65535: version among the values of the owner under the same id. */
  readonly seq?: number | undefined;
  /** Short id of the key for which the value is meant. */
  readonly recipient?: InfoHash | undefined;
  readonly signature?: Uint8Array | undefined;
  /** The encrypted value; then nothing but `id`, `priority` and `pushType` is visible besides. */
  readonly cypher?: Uint8Array | undefined;
}

/** What only signed or encrypted values have, apart so that plain values stay small. */
interface Security {
  readonly owner: Uint8Array | undefined;
  readonly seq: number;
  readonly recipient: InfoHash;
  readonly signature: Uint8Array | undefined;
  readonly cypher: Uint8Array | undefined;
  ownerId: InfoHash | undefined;
}

const MAX_ID = 2n ** 64n - 1n;
const MAX_UINT16 = 0xffff;
const MAX_UINT32 = 0xffff_ffff;

/** What is stored under a key: bytes with an id, a type, and possibly an owner who signed them. Immutable. */
export class Value {
  /** 1 … 2^64−1, unique under a key; 0: none has been drawn yet. */
  readonly id: bigint;
  /** 0 … 65535: which ValueType decides on life and edits; 0 is user data. */
  readonly type: number;
  /** The bytes themselves, not a copy: don't change them. */
  readonly data: Uint8Array;
  /** What the data is, in the manner of MIME types; empty where nobody said. */
  readonly userType: string;
  /** 0: high, 1: normal. A hint for push notifications. */
  readonly priority: number;
  /** What kind of push notification the value is to cause; empty for none in particular. */
  readonly pushType: string;
  readonly #security: Security | undefined;

  /**
   * @param init what the value is made of, or just its data
   * @throws RangeError where a number doesn't fit
   */
  constructor(init: ValueInit | Uint8Array = {}) {
    const fields: ValueInit = init instanceof Uint8Array ? { data: init } : init;
    this.id = fields.id ?? 0n;
    this.type = fields.type ?? 0;
    this.data = fields.data ?? EMPTY_BYTES;
    this.userType = fields.userType ?? "";
    this.priority = fields.priority ?? 0;
    this.pushType = fields.pushType ?? "";
    this.#security = securityOf(fields);
    if (this.id < 0n || this.id > MAX_ID) throw new RangeError(`value id ${this.id} must be in 0 … 2^64−1`);
    checkNumber("type", this.type, MAX_UINT16);
    checkNumber("seq", this.seq, MAX_UINT16);
    checkNumber("priority", this.priority, MAX_UINT32);
  }

  /** A value whose data is the object in MessagePack, as C++ programs make them: `Value.pack("hey").data` is a3686579. */
  static pack(object: unknown, init: ValueInit = {}): Value {
    return new Value({ ...init, data: packObject(object) });
  }

  /** A value of an application type with its own layout. */
  static packed<T>(type: TypedValue<T>, object: T): Value {
    return type.encode(object);
  }

  /** @throws UnpackError when the bytes are no packed value; bytes after it are ignored */
  static fromPacked(bytes: Uint8Array): Value {
    const value = Value.read(new Reader(bytes));
    if (!value)
      throw new UnpackError("not a packed value: it needs an id and dat with a body (type, data) or a cypher");
    return value;
  }

  /**
   * The signed value inside a decrypted cypher.
   * @param outer what is visible around the cypher: id, priority, push type
   * @throws UnpackError
   */
  static fromDecrypted(bytes: Uint8Array, outer: Value): Value {
    const init = readDatInit(new Reader(bytes));
    if (!init)
      throw new UnpackError("the decrypted bytes hold no value: a map with a body and its signature is needed");
    const { id, priority, pushType } = outer;
    return new Value({ ...init, id, priority, pushType });
  }

  /** The value at the reader's place; undefined, and the reader failed, when there is none. */
  static read(reader: Reader): Value | undefined {
    const init = readValueInit(reader);
    return init && new Value(init);
  }

  /** @throws TypeError when a field has the wrong type */
  static fromJSON(json: ValueJson): Value {
    return new Value(parseValueJson(json));
  }

  /** The signer's public key, DER SubjectPublicKeyInfo. */
  get owner(): Uint8Array | undefined {
    return this.#security?.owner;
  }

  /** Short id of the owner's key: SHA-1 of its DER bytes. */
  get ownerId(): InfoHash | undefined {
    const security = this.#security;
    if (security?.owner === undefined) return undefined;
    security.ownerId ??= InfoHash.get(security.owner);
    return security.ownerId;
  }

  /** Version among the values of the owner under the same id, 0 … 65535. */
  get seq(): number {
    return this.#security?.seq ?? 0;
  }

  /** Short id of the key for which the value is meant; the zero hash when it is for everybody. */
  get recipient(): InfoHash {
    return this.#security?.recipient ?? InfoHash.zero;
  }

  /** Of the bytes that `getToSign()` gives; undefined on values that nobody signed. */
  get signature(): Uint8Array | undefined {
    return this.#security?.signature;
  }

  /** The encrypted value; undefined on values that everybody can read. */
  get cypher(): Uint8Array | undefined {
    return this.#security?.cypher;
  }

  /** What quotas count: bytes of cypher, data, signature, user type and push type. */
  get size(): number {
    return (
      this.data.length +
      (this.cypher?.length ?? 0) +
      (this.signature?.length ?? 0) +
      textLength(this.userType) +
      textLength(this.pushType)
    );
  }

  /** Has nothing but id, type and data. */
  isPlain(): boolean {
    return this.#security === undefined && this.userType === "" && this.priority === 0 && this.pushType === "";
  }

  /** Whether somebody's private key is needed to read it. */
  isEncrypted(): boolean {
    return this.cypher !== undefined;
  }

  /** Has an owner and a signature; whether the signature is right is another question. */
  isSigned(): boolean {
    return this.owner !== undefined && this.signature !== undefined;
  }

  /** The same value under another id. A signature covers no id: it stays right. */
  withId(id: bigint): Value {
    return this.with({ id });
  }

  /** The same value with other data. */
  withData(data: Uint8Array): Value {
    return this.with({ data });
  }

  /** The same value but for some fields. A signature is kept, right or not: say `signature: undefined` to drop it. */
  with(changes: ValueInit): Value {
    const { id, type, data, userType, priority, pushType } = this;
    return new Value({ ...this.#security, id, type, data, userType, priority, pushType, ...changes });
  }

  /** The value as it travels. */
  getPacked(): Uint8Array<ArrayBuffer> {
    const writer = new Writer(packedValueSize(this));
    writeValue(writer, this);
    return writer.finish();
  }

  /** The bytes that a signature covers. */
  getToSign(): Uint8Array<ArrayBuffer> {
    const writer = new Writer(packedValueSize(this));
    writeBody(writer, this);
    return writer.finish();
  }

  /** The bytes that are encrypted for a recipient: body and signature. */
  getToEncrypt(): Uint8Array<ArrayBuffer> {
    const writer = new Writer(packedValueSize(this));
    writeDat(writer, this);
    return writer.finish();
  }

  /** Same id, same content. */
  equals(other: Value): boolean {
    return this === other || (this.id === other.id && this.contentEquals(other));
  }

  /** Equal cyphers, or equal owner, type, data, user type and signature. */
  contentEquals(other: Value): boolean {
    if (this.isEncrypted() || other.isEncrypted()) return equalBytes(this.cypher, other.cypher);
    return (
      this.type === other.type &&
      this.userType === other.userType &&
      equalBytes(this.data, other.data) &&
      equalBytes(this.owner, other.owner) &&
      equalBytes(this.signature, other.signature)
    );
  }

  /** The data as UTF-8 text. */
  text(): string {
    return decodeText(this.data, 0, this.data.length);
  }

  /** One line for people, as OpenDHT's tools print it. */
  toString(): string {
    return formatValue(this);
  }

  toJSON(): ValueJson {
    return valueToJson(this);
  }

  /**
   * The data as an object: of the given application type, or whatever MessagePack it holds.
   * @throws UnpackError when the data is no MessagePack or has another layout
   */
  unpack<T = unknown>(type?: TypedValue<T>): T {
    if (type) return type.decode(this);
    // The caller says what the other side packed; nothing in the bytes can confirm a static type.
    return unpackObject(this.data) as T;
  }
}

function securityOf(init: ValueInit): Security | undefined {
  const owner = nonEmpty(init.owner);
  const signature = nonEmpty(init.signature);
  const cypher = nonEmpty(init.cypher);
  const seq = init.seq ?? 0;
  const recipient = init.recipient ?? InfoHash.zero;
  if (!(owner || signature || cypher) && seq === 0 && recipient.isZero()) return undefined;
  return { owner, seq, recipient, signature, cypher, ownerId: undefined };
}

function nonEmpty(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes === undefined || bytes.length === 0 ? undefined : bytes;
}

function checkNumber(name: string, value: number, max: number): void {
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new RangeError(`value ${name} ${value} must be an integer in 0 … ${max}`);
  }
}
