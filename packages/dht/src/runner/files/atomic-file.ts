import { replaceFile } from "@hashmere/crypto";
import { StateFileError } from "../../errors/index.ts";

/**
 * Writes a file so that a reader, and a crash at any moment, finds either the old content or the new one. Its owner alone
 * may read it.
 * @param content whole, or in slices, each of which is asked for when the one before is written
 * @throws StateFileError
 */
export async function writeFileAtomically(
  path: string,
  content: Uint8Array | string | Generator<Uint8Array>,
): Promise<void> {
  try {
    await replaceFile(path, content);
  } catch (error) {
    throw new StateFileError(path, { cause: error });
  }
}
