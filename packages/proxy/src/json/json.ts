/** What JSON can say. Integers that a double can't hold are bigints. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | JsonObject;

/** Without prototype, so that every member is one that was written. */
export interface JsonObject {
  readonly [name: string]: Json;
}

/** Text that is no JSON, or goes beyond what is read of it. */
export class JsonSyntaxError extends SyntaxError {
  readonly code = "ERR_JSON_SYNTAX";
  override readonly name = "JsonSyntaxError";
}

/** JSON that says something else than what was asked for. */
export class JsonTypeError extends TypeError {
  readonly code = "ERR_JSON_TYPE";
  override readonly name = "JsonTypeError";
}

export function isJsonObject(json: Json): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

/** `null` is as good as an empty object. @throws JsonTypeError */
export function objectOf(json: Json): JsonObject {
  if (json === null) return {};
  if (!isJsonObject(json)) throw new JsonTypeError("a JSON object is needed");
  return json;
}
