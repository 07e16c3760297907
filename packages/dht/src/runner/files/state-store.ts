import { readFile } from "node:fs/promises";
import { decodeStateFile, encodeStateFile, type SavedState } from "../../wire/index.ts";
import { writeFileAtomically } from "./atomic-file.ts";

/**
 * What the last run left behind (node document §14.3), in the format of `dhtnode -f`.
 * Undefined when there is no file; a damaged one is treated as none, and `onDamage` hears why.
 */
export async function readState(path: string, onDamage: (reason: string) => void): Promise<SavedState | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") onDamage(String(error));
    return undefined;
  }
  const state = decodeStateFile(bytes);
  if (!state) onDamage(`${path} is no state file`);
  return state;
}

export async function writeState(path: string, state: SavedState): Promise<void> {
  await writeFileAtomically(path, encodeStateFile(state));
}
