import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";

/** What a file may be made of: all at once, or slices, each of which is asked for when the one before is written. */
export type FileContent = Uint8Array | string | Iterable<Uint8Array>;

/** Nobody but the owner reads or writes it. */
const PRIVATE_MODE = 0o600;

/**
 * Writes a new file, whole or not at all.
 * @param mode who may do what with it. Default: its owner alone reads and writes it
 * @throws the file system's errors, `EEXIST` among them
 */
export async function createFile(path: string, content: FileContent, mode = PRIVATE_MODE): Promise<void> {
  await using file = await open(path, "wx", mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } catch (error) {
    await removeQuietly(path);
    throw error;
  }
}

/**
 * Writes a file so that a reader, and a crash at any moment, finds either the old content or the new one.
 * @param mode who may do what with it. Default: its owner alone reads and writes it
 * @throws the file system's errors
 */
export async function replaceFile(path: string, content: FileContent, mode = PRIVATE_MODE): Promise<void> {
  const draft = `${path}.${randomUUID()}.tmp`;
  await createFile(draft, content, mode);
  try {
    await rename(draft, path);
  } catch (error) {
    await removeQuietly(draft);
    throw error;
  }
}

/** For what comes after an error: that one is what counts. */
async function removeQuietly(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => {});
}
