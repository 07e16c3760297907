import { createHash } from "node:crypto";

/** The key of a word as the storage logs show it. */
export function keyInHex(word: string): string {
  return createHash("sha1").update(word).digest("hex");
}
