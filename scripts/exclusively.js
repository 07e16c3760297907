import { mkdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { withProgress } from "./progress.js";

const LOCK = fileURLToPath(new URL("../.setup/lock", import.meta.url));
const ASK_AGAIN_MS = 100;

/**
 * Runs one set-up of this clone at a time: a second one waits for the first and then finds everything done.
 *
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function exclusively(work) {
  mkdirSync(dirname(LOCK), { recursive: true });
  if (!take()) {
    await withProgress("waiting for a set-up", async () => {
      while (!take()) await sleep(ASK_AGAIN_MS);
    });
  }
  process.on("exit", release);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}

function take() {
  try {
    writeFileSync(LOCK, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
    if (!isHeld()) release();
    return false;
  }
}

function release() {
  try {
    unlinkSync(LOCK);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
}

/** Whether the process that took the lock still lives; one that was killed left the lock behind. */
function isHeld() {
  try {
    process.kill(Number(readFileSync(LOCK, "utf8")), 0);
    return true;
  } catch (error) {
    return !hasCode(error, "ESRCH");
  }
}

/**
 * @param {unknown} error
 * @param {string} code
 */
function hasCode(error, code) {
  return error instanceof Error && "code" in error && error.code === code;
}
