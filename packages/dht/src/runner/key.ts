import { InfoHash } from "../id/index.ts";
import { Value } from "../value/index.ts";

/** Where values live: an id, or any text, which stands for its SHA-1. */
export type Key = InfoHash | string;

/** What can be put: a value, bytes, or a text (kept as UTF-8 with the user type `text/plain`). */
export type Content = Value | Uint8Array | string;

/** @throws TypeError for the all-zero id, which no node stores anything under */
export function toInfoHash(key: Key): InfoHash {
  const id = typeof key === "string" ? InfoHash.get(key) : key;
  if (id.isZero()) throw new TypeError("the all-zero id is no key: use another one");
  return id;
}

export function toValue(content: Content): Value {
  if (content instanceof Value) return content;
  if (typeof content !== "string") return new Value(content);
  return new Value({ data: new TextEncoder().encode(content), userType: "text/plain" });
}
