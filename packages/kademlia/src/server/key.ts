import { createHash } from "node:crypto";
import { NodeId } from "../id/index.ts";
import { type Float, pythonText } from "../value/index.ts";

/** What names a value. Text and bytes are the usual keys; the others count by their Python text, so `1` and `"1"` are one key. */
export type Key = string | Uint8Array | number | bigint | boolean | null | Float;

/** SHA-1 of the key's bytes, or of the UTF-8 of its text: where in the network its value is stored. */
export function digest(key: Key): NodeId {
  const content = typeof key === "string" || key instanceof Uint8Array ? key : pythonText(key);
  return NodeId.from(createHash("sha1").update(content).digest());
}
