export { isJsonObject, type Json, type JsonObject, JsonSyntaxError, JsonTypeError, objectOf } from "./json.ts";
export {
  lengthOf,
  MAX_PUSH_TARGET_LENGTH,
  type Platform,
  type PushTarget,
  PushTargetTooLongError,
  readPermanent,
  readPushTarget,
} from "./push-target.ts";
export { MAX_JSON_DEPTH, MAX_NUMBER_LENGTH, readJson } from "./read-json.ts";
export { readValue, valueLine } from "./value-line.ts";
export { jsonLine, Real, type Writable, writeJson } from "./write-json.ts";
