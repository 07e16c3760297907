// Source: OpenDHT REST proxy, gorush messages as version 4 sends them.
import { type PushTarget, type Writable, writeJson } from "../json/index.ts";
import { isUrgent, type PushEvent, payloadOf } from "./event.ts";
import { JSON_HEADERS, PUSH_TTL_S, type PushRequest } from "./request.ts";

/** gorush's own numbers. */
const IOS = 1;
const ANDROID = 2;

/**
 * Where gorush listens: `host:port`, `https://host:port`, or just a port of this machine.
 * @throws TypeError
 */
export function parseGateway(text: string): URL {
  const origin = /^\d+$/.test(text) ? `http://localhost:${text}` : text.includes("://") ? text : `http://${text}`;
  const url = URL.parse("/api/push", origin);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new TypeError(`"${text}" is no [host:]port of a push gateway`);
  return url;
}

/** A message for a gorush gateway. @param now Unix ms */
export function gorushRequest(gateway: URL, event: PushEvent, target: PushTarget, now: number): PushRequest {
  const notification = target.platform === "android" ? android(event, target, now) : ios(event, target, now);
  return {
    url: gateway,
    headers: JSON_HEADERS,
    body: writeJson({ notifications: [notification] }),
    token: target.token,
    isForeign: false,
  };
}

function android(event: PushEvent, target: PushTarget, now: number): Writable {
  return {
    android: { priority: isUrgent(event) ? "high" : "normal", ttl: `${PUSH_TTL_S}s` },
    data: payloadOf(event, target, now),
    platform: ANDROID,
    tokens: [target.token],
  };
}

/** Also for clients that name no platform. What asks the application to renew something is shown, or it would not wake. */
function ios(event: PushEvent, target: PushTarget, now: number): Writable {
  const isAlert = isUrgent(event) || event.kind === "timeout";
  return {
    ...(isAlert ? { alert: { title: "hello" }, mutable_content: true } : { content_available: true }),
    data: payloadOf(event, target, now),
    expiration: Math.floor(now / 1000) + PUSH_TTL_S,
    platform: IOS,
    priority: isAlert ? "high" : "normal",
    push_type: isAlert ? "alert" : "background",
    tokens: [target.token],
    topic: target.topic === "" ? undefined : target.topic,
  };
}
