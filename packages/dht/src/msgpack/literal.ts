import { Writer } from "./writer.ts";

/** Bytes that never change, packed once: texts become str, numbers stand for themselves. */
export function literal(...parts: readonly (string | number)[]): Uint8Array {
  const writer = new Writer(64);
  for (const part of parts) {
    if (typeof part === "string") writer.text(part);
    else writer.byte(part);
  }
  return writer.finish();
}

/** Head byte of a map of up to 15 entries, for literals. */
export function mapOf(entries: number): number {
  return 0x80 | entries;
}
