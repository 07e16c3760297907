import { createHash } from "node:crypto";
import { NodeId } from "../../src/id/index.ts";

/** An id that is always the same for the same text. */
export function idOf(text: string): NodeId {
  return NodeId.from(createHash("sha1").update(text).digest());
}

/** An id that begins with the given bits. */
export function idWithPrefix(bits: string, text = bits): NodeId {
  const bytes = new Uint8Array(idOf(text).bytes);
  for (const [index, bit] of [...bits].entries()) {
    const mask = 0x80 >> (index & 7);
    const byte = bytes[index >> 3] ?? 0;
    bytes[index >> 3] = bit === "1" ? byte | mask : byte & ~mask;
  }
  return NodeId.from(bytes);
}
