import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { StateFileError } from "../errors/index.ts";

/**
 * Writes a file so that a reader, and a crash at any moment, finds either the old content or the new one.
 * @param content whole, or in slices, each of which is asked for when the one before is written
 * @throws StateFileError
 */
export async function writeFileAtomically(
  path: string,
  content: Uint8Array | string | Generator<Uint8Array>,
): Promise<void> {
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(draft, "wx", 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {}); // what went wrong first is what counts
    throw new StateFileError(path, { cause: error });
  }
}
