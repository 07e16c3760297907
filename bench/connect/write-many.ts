import { once } from "node:events";
import type { Writable } from "node:stream";

/** What one direction is measured with. */
export const BULK_BYTES = 512 * 1024 * 1024;

const CHUNK = Buffer.alloc(64 * 1024, "hashmere");

/** Writes so many bytes, as fast as they are taken. */
export async function writeMany(stream: Writable, bytes: number): Promise<void> {
  for (let left = bytes; left > 0; left -= CHUNK.length) {
    if (!stream.write(left < CHUNK.length ? CHUNK.subarray(0, left) : CHUNK)) await once(stream, "drain");
  }
}
