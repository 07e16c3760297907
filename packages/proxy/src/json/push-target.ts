import { isJsonObject, type Json, type JsonObject, JsonTypeError } from "./json.ts";

/** Characters of all texts of a push target together. It is kept for a day and goes into each push; real ones have hundreds. */
export const MAX_PUSH_TARGET_LENGTH = 4_096;

/** Texts beyond `MAX_PUSH_TARGET_LENGTH`. */
export class PushTargetTooLongError extends RangeError {
  readonly code = "ERR_PUSH_TARGET_TOO_LONG";
  override readonly name = "PushTargetTooLongError";

  constructor() {
    super(`the texts that tell where pushes go have more than ${MAX_PUSH_TARGET_LENGTH} characters: shorten them`);
  }
}

/** Which kind of gateway a push goes to. */
export type Platform = "none" | "android" | "ios" | "unifiedpush";

/** Whom a push is for, as clients name it in `SUBSCRIBE` and in `permanent`. */
export interface PushTarget {
  /** Device token, or the URL of a UnifiedPush endpoint; empty: no push. */
  readonly token: string;
  /** Opaque, handed back in `to`. */
  readonly clientId: string;
  /** Opaque, handed back in `s`: lets a client ignore pushes meant for an earlier run of it. */
  readonly sessionId: string;
  readonly platform: Platform;
  /** APNs topic, or keys for Web Push; empty: the proxy's default. */
  readonly topic: string;
}

/** @throws JsonTypeError for members that are objects or arrays; PushTargetTooLongError */
export function readPushTarget(json: JsonObject): PushTarget {
  const target = {
    token: textOf(json, "key"),
    clientId: textOf(json, "client_id"),
    sessionId: textOf(json, "session_id"),
    platform: platformOf(textOf(json, "platform")),
    topic: textOf(json, "topic"),
  };
  if (lengthOf(target) > MAX_PUSH_TARGET_LENGTH) throw new PushTargetTooLongError();
  return target;
}

/** Characters of its texts. */
export function lengthOf({ token, clientId, sessionId, topic }: PushTarget): number {
  return token.length + clientId.length + sessionId.length + topic.length;
}

/** The push target of a permanent put; undefined for a put that is not permanent. Its mere presence makes it so. */
export function readPermanent(json: Json): PushTarget | undefined {
  if (!isJsonObject(json)) return undefined;
  const { permanent } = json;
  if (permanent === undefined) return undefined;
  return readPushTarget(isJsonObject(permanent) ? permanent : {});
}

function platformOf(text: string): Platform {
  return text === "android" || text === "ios" || text === "unifiedpush" ? text : "none";
}

/** Numbers and truth values count as the text that shows them. */
function textOf(json: JsonObject, name: string): string {
  const value = json[name];
  if (value === undefined || value === null) return "";
  if (typeof value === "object") throw new JsonTypeError(`"${name}" must be a text`);
  return String(value);
}
