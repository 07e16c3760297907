import type { Value } from "@hashmere/dht/engine";
import { isJsonObject, type Json, readJson, readValue } from "../json/index.ts";

/** What one line of a proxy says. */
export type ValueLine =
  | { readonly kind: "value"; readonly value: Value; readonly expired: boolean }
  /** An empty object: nothing more comes. */
  | { readonly kind: "end" }
  | { readonly kind: "unreadable" };

export function readValueLine(line: string): ValueLine {
  try {
    const json: Json = readJson(line);
    if (!isJsonObject(json)) return { kind: "unreadable" };
    if (Object.keys(json).length === 0) return { kind: "end" };
    return { kind: "value", value: readValue(json), expired: json.expired === true };
  } catch {
    return { kind: "unreadable" };
  }
}
