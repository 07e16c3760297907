import { open } from "node:fs/promises";

/** A file's content; undefined when there is none, when it is no file, or when it is longer than `maxBytes`. */
export async function readBoundedFile(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  try {
    await using file = await open(path, "r");
    const { size } = await file.stat();
    return size <= maxBytes ? await file.readFile() : undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EISDIR");
}
