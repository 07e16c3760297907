// Source: RFC 8291 (message encryption for web push) over RFC 8188 (aes128gcm), one record, as the push proxies of
// OpenDHT 4 write it (OpenDHT crypto layer §7.4).
import { createCipheriv, createECDH, type ECDH, hkdfSync, randomBytes } from "node:crypto";
import { concatBytes } from "../bytes.ts";
import { CryptoError } from "../errors.ts";

const CURVE = "prime256v1";
const POINT_BYTES = 65; // uncompressed point of P-256
const AUTH_BYTES = 16;
const SALT_BYTES = 16;
const TAG_BYTES = 16;
const MIN_RECORD_BYTES = 4096;
const LAST_RECORD = 0x02;

/** The keys of a push subscription. */
export interface WebPushSubscription {
  /** `p256dh`: the subscriber's public key, an uncompressed P-256 point of 65 bytes. */
  readonly p256dh: Uint8Array;
  /** `auth`: 16 bytes shared with the subscriber. */
  readonly auth: Uint8Array;
}

/** What is random in an encrypted push, for tests and vectors. */
export interface WebPushOptions {
  /** Private P-256 scalar of the sender, 32 bytes. Default: a fresh one, as it should be for each message. */
  readonly privateKey?: Uint8Array;
  /** 16 bytes. Default: random. */
  readonly salt?: Uint8Array;
}

/**
 * Encrypts a push message: a body for `Content-Encoding: aes128gcm`.
 * @throws CryptoError `ERR_WEB_PUSH_KEY`, `ERR_SALT_SIZE`
 */
export function webPushEncrypt(
  { p256dh, auth }: WebPushSubscription,
  payload: Uint8Array,
  { privateKey, salt = randomBytes(SALT_BYTES) }: WebPushOptions = {},
): Uint8Array {
  if (p256dh.length !== POINT_BYTES || auth.length !== AUTH_BYTES) throw badSubscription();
  if (salt.length !== SALT_BYTES) throw new CryptoError("ERR_SALT_SIZE", `the salt has ${SALT_BYTES} bytes`);
  const sender = senderKey(privateKey);
  const senderPoint = sender.getPublicKey();
  const info = concatBytes(Buffer.from("WebPush: info\0"), p256dh, senderPoint);
  const secret = derive(sharedSecret(sender, p256dh), auth, info, 32);
  const key = derive(secret, salt, Buffer.from("Content-Encoding: aes128gcm\0"), 16);
  const nonce = derive(secret, salt, Buffer.from("Content-Encoding: nonce\0"), 12);
  const cipher = createCipheriv("aes-128-gcm", key, nonce);
  const body = cipher.update(concatBytes(payload, Uint8Array.of(LAST_RECORD)));
  cipher.final();
  const header = new DataView(new ArrayBuffer(5));
  header.setUint32(0, Math.max(MIN_RECORD_BYTES, body.length + TAG_BYTES));
  header.setUint8(4, POINT_BYTES);
  return concatBytes(salt, new Uint8Array(header.buffer), senderPoint, body, cipher.getAuthTag());
}

function senderKey(privateKey: Uint8Array | undefined): ECDH {
  const sender = createECDH(CURVE);
  if (privateKey === undefined) sender.generateKeys();
  else sender.setPrivateKey(privateKey);
  return sender;
}

function sharedSecret(sender: ECDH, point: Uint8Array): Uint8Array {
  try {
    return sender.computeSecret(point);
  } catch (cause) {
    throw badSubscription(cause);
  }
}

function derive(keyMaterial: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", keyMaterial, salt, info, length));
}

function badSubscription(cause?: unknown): CryptoError {
  return new CryptoError(
    "ERR_WEB_PUSH_KEY",
    "a push subscription has a P-256 point of 65 bytes (p256dh) and 16 bytes of auth",
    { cause },
  );
}
