import { InfoHash } from "../../id/index.ts";
import { Value } from "../../value/index.ts";

/** Where values live: an id, or any text, which stands for its SHA-1. */
export type Key = InfoHash | string;

/** What can be put: a value, bytes, or a text (kept as UTF-8 with the user type `text/plain`). */
export type Content = Value | Uint8Array | string;

/** @throws TypeError for what is no key, and for the all-zero id, which no node stores anything under */
export function toInfoHash(key: Key): InfoHash {
  const id = typeof key === "string" ? InfoHash.get(key) : key;
  if (!(id instanceof InfoHash)) throw new TypeError("a key is a text or an InfoHash");
  if (id.isZero()) throw new TypeError("the all-zero id is no key: use another one");
  return id;
}

/** @throws TypeError for what can't be put as it is */
export function toValue(content: Content): Value {
  if (content instanceof Value) return content;
  if (content instanceof Uint8Array) return new Value(content);
  if (typeof content !== "string")
    throw new TypeError("what is put is a text, bytes or a Value: pack other objects with Value.pack()");
  return new Value({ data: new TextEncoder().encode(content), userType: "text/plain" });
}
