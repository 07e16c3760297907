import { Value, type ValueJson } from "@hashmere/dht/engine";
import { type Json, JsonTypeError, objectOf } from "./json.ts";
import { isPublicKeyDer } from "./public-key-der.ts";
import { jsonLine } from "./write-json.ts";

/** A value as one line of a get, or of a listen, where what is gone is marked. */
export function valueLine(value: Value, expired = false): string {
  return jsonLine({ ...value.toJSON(), ...(expired && { expired }) });
}

/**
 * The value that a client has written. What it says may be wrong in many ways without being refused; `null` is an empty
 * value.
 * @throws JsonTypeError for what OpenDHT's proxy refuses
 */
export function readValue(json: Json): Value {
  const members = objectOf(json);
  let value: Value;
  try {
    // Value.fromJSON checks every member: the type only says which there may be.
    value = Value.fromJSON(members as ValueJson);
  } catch (cause) {
    throw new JsonTypeError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
  if (value.owner && !isPublicKeyDer(value.owner)) {
    throw new JsonTypeError('"owner" of a value in JSON must be a public key, as PEM text');
  }
  return value;
}
