// Source: RFC 8291 (Message Encryption for Web Push), RFC 8188 (aes128gcm).
import { DhtError, decodeBase64, encodeBase64 } from "@hashmere/dht/engine";

type PrivateKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

const CURVE = { name: "ECDH", namedCurve: "P-256" } as const;
const POINT_BYTES = 65;
const SCALAR_BYTES = 32;
const SALT_BYTES = 16;
const AUTH_BYTES = 16;
const RECORD_SIZE_BYTES = 4;
/** Marks the end of the text in the last record; a message of Web Push has but one. */
const LAST_RECORD = 2;

/** What a receiver of encrypted pushes has to keep. */
export interface WebPushKeyBytes {
  /** 32 bytes. */
  readonly privateKey: Uint8Array;
  /** 65 bytes: the point, uncompressed. */
  readonly publicKey: Uint8Array;
  /** 16 bytes that only the sender knows besides. */
  readonly auth: Uint8Array;
}

/** The receiver's keys of Web Push: proxies of OpenDHT 4 encrypt what they send to UnifiedPush endpoints with them. */
export class WebPushKeys {
  /** To be kept between runs, for `from`. The private key is a secret. */
  readonly bytes: WebPushKeyBytes;
  readonly #privateKey: PrivateKey;

  private constructor(bytes: WebPushKeyBytes, privateKey: PrivateKey) {
    this.bytes = bytes;
    this.#privateKey = privateKey;
  }

  static async generate(): Promise<WebPushKeys> {
    const { privateKey, publicKey } = await crypto.subtle.generateKey(CURVE, true, ["deriveBits"]);
    const { d = "" } = await crypto.subtle.exportKey("jwk", privateKey);
    const bytes = {
      privateKey: fromBase64Url(d),
      publicKey: new Uint8Array(await crypto.subtle.exportKey("raw", publicKey)),
      auth: crypto.getRandomValues(new Uint8Array(AUTH_BYTES)),
    };
    return new WebPushKeys(bytes, privateKey);
  }

  /** Rejects with DhtError `ERR_PUSH_KEYS` when the bytes are no keys that belong together. */
  static async from(bytes: WebPushKeyBytes): Promise<WebPushKeys> {
    const { privateKey, publicKey, auth } = bytes;
    const lengths = [privateKey.length, publicKey.length, auth.length];
    if (`${lengths}` !== `${[SCALAR_BYTES, POINT_BYTES, AUTH_BYTES]}`) throw badKeys();
    const jwk = {
      kty: "EC",
      crv: CURVE.namedCurve,
      d: toBase64Url(privateKey),
      x: toBase64Url(publicKey.subarray(1, 1 + SCALAR_BYTES)),
      y: toBase64Url(publicKey.subarray(1 + SCALAR_BYTES)),
    };
    try {
      return new WebPushKeys(bytes, await crypto.subtle.importKey("jwk", jwk, CURVE, false, ["deriveBits"]));
    } catch (cause) {
      throw badKeys(cause);
    }
  }

  /** What a proxy has to know, as the `topic` of a client. */
  get topic(): string {
    return `${toBase64Url(this.bytes.publicKey)}|${toBase64Url(this.bytes.auth)}`;
  }

  /**
   * The data of an encrypted push, for `pushNotificationReceived`.
   * Rejects with DhtError `ERR_PUSH_DECRYPT` when it is for other keys, was changed, or says nothing sensible.
   */
  async open(body: Uint8Array): Promise<Readonly<Record<string, unknown>>> {
    const header = headerOf(body);
    if (!header) throw undecryptable();
    try {
      const { salt, sender, cypher } = header;
      const secret = await this.#sharedSecret(sender);
      const key = await crypto.subtle.importKey(
        "raw",
        await expand(secret, salt, text("Content-Encoding: aes128gcm\0"), 16),
        "AES-GCM",
        false,
        ["decrypt"],
      );
      const iv = await expand(secret, salt, text("Content-Encoding: nonce\0"), 12);
      const record = new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, cypher));
      const data: unknown = JSON.parse(new TextDecoder().decode(withoutPadding(record)));
      if (typeof data !== "object" || data === null) throw undecryptable();
      return { ...data };
    } catch (cause) {
      throw undecryptable(cause);
    }
  }

  async #sharedSecret(sender: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    const senderKey = await crypto.subtle.importKey("raw", sender, CURVE, false, []);
    const agreed = await crypto.subtle.deriveBits({ name: "ECDH", public: senderKey }, this.#privateKey, 256);
    const { publicKey, auth } = this.bytes;
    const info = concat(text("WebPush: info\0"), publicKey, sender);
    return expand(new Uint8Array(agreed), concat(auth), info, SCALAR_BYTES);
  }
}

/** Undefined when the body is too short to be one. */
function headerOf(body: Uint8Array): Record<"salt" | "sender" | "cypher", Uint8Array<ArrayBuffer>> | undefined {
  const idAt = SALT_BYTES + RECORD_SIZE_BYTES;
  const senderAt = idAt + 1;
  const cypherAt = senderAt + POINT_BYTES;
  if (body.length <= cypherAt || body[idAt] !== POINT_BYTES) return undefined;
  return {
    salt: concat(body.subarray(0, SALT_BYTES)),
    sender: concat(body.subarray(senderAt, cypherAt)),
    cypher: concat(body.subarray(cypherAt)),
  };
}

function withoutPadding(record: Uint8Array): Uint8Array {
  const end = record.findLastIndex((byte) => byte !== 0);
  if (record[end] !== LAST_RECORD) throw undecryptable();
  return record.subarray(0, end);
}

/** HKDF with SHA-256. */
async function expand(
  secret: Uint8Array<ArrayBuffer>,
  salt: Uint8Array<ArrayBuffer>,
  info: Uint8Array<ArrayBuffer>,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, key, length * 8));
}

function text(ascii: string): Uint8Array<ArrayBuffer> {
  return concat(new TextEncoder().encode(ascii));
}

function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function toBase64Url(bytes: Uint8Array): string {
  return encodeBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64Url(text: string): Uint8Array {
  return decodeBase64(text.replaceAll("-", "+").replaceAll("_", "/")) ?? new Uint8Array();
}

function badKeys(cause?: unknown): DhtError {
  const advice =
    "these are no keys of Web Push: 32 bytes private, 65 bytes public, and 16 bytes of auth belong together";
  return new DhtError("ERR_PUSH_KEYS", advice, { cause });
}

function undecryptable(cause?: unknown): DhtError {
  const advice = "the push can't be decrypted: it is for other keys, or was changed on its way";
  return new DhtError("ERR_PUSH_DECRYPT", advice, { cause });
}
