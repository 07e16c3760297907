// Source: OpenDHT REST proxy, UnifiedPush messages; RFC 8030 (TTL, Urgency), RFC 8291 (encryption).
import { CryptoError, webPushEncrypt } from "@hashmere/crypto";
import { type PushTarget, writeJson } from "../json/index.ts";
import { isUrgent, type PushEvent, payloadOf } from "./event.ts";
import { JSON_HEADERS, PUSH_TTL_S, type PushRequest } from "./request.ts";

/**
 * A message for a UnifiedPush endpoint, encrypted when the target's topic holds keys, as `<p256dh>|<auth>`.
 * Undefined when the token is no URL, or the keys are none: then nobody could read it.
 * @param now Unix ms
 */
export function unifiedPushRequest(event: PushEvent, target: PushTarget, now: number): PushRequest | undefined {
  const url = URL.parse(target.token);
  if (url === null) return undefined;
  const payload = writeJson(payloadOf(event, target, now));
  const body = target.topic.includes("|") ? encrypted(payload, target.topic) : payload;
  if (body === undefined) return undefined;
  const headers = {
    ...JSON_HEADERS,
    ...(typeof body !== "string" && { "Content-Encoding": "aes128gcm" }),
    TTL: String(PUSH_TTL_S),
    Urgency: isUrgent(event) ? "high" : "normal",
  };
  return { url, headers, body, token: target.token, isForeign: true };
}

function encrypted(payload: string, topic: string): Uint8Array | undefined {
  const [p256dh = "", auth = ""] = topic.split("|");
  try {
    // Buffer reads both alphabets of base64, with and without padding.
    const subscription = { p256dh: Buffer.from(p256dh, "base64"), auth: Buffer.from(auth, "base64") };
    return webPushEncrypt(subscription, Buffer.from(payload));
  } catch (error) {
    if (error instanceof CryptoError) return undefined;
    throw error;
  }
}
