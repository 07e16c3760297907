import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const TIMINGS = fileURLToPath(new URL("../.setup/timings.json", import.meta.url));
const QUIET_MS = 500; // shorter work needs no word
const REDRAW_MS = 200;
const PLAIN_LINE_EVERY_MS = 10_000;
const LABEL_WIDTH = 22;
const BAR_WIDTH = 20;

/**
 * Tells on standard error that work goes on and for how long: one line with a bar on a terminal, a line every ten
 * seconds elsewhere. How long the same work took last time is the estimate.
 *
 * @template T
 * @param {string} label
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withProgress(label, work) {
  const startedAt = performance.now();
  const expectedMs = readTimings()[label];
  const line = process.stderr.isTTY ? barLine(label, expectedMs) : plainLines(label, expectedMs);
  let nextMs = QUIET_MS;
  const timer = setInterval(() => {
    const elapsedMs = performance.now() - startedAt;
    if (elapsedMs >= nextMs) nextMs = elapsedMs + line.show(elapsedMs);
  }, REDRAW_MS);
  try {
    const result = await work();
    const elapsedMs = performance.now() - startedAt;
    if (elapsedMs > QUIET_MS) {
      line.finish(elapsedMs);
      writeTiming(label, elapsedMs);
    }
    return result;
  } catch (error) {
    line.fail(performance.now() - startedAt);
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/**
 * @typedef {object} ProgressLine
 * @property {(elapsedMs: number) => number} show draws, and returns after how many milliseconds to draw again
 * @property {(elapsedMs: number) => void} finish
 * @property {(elapsedMs: number) => void} fail
 */

/**
 * @param {string} label
 * @param {number | undefined} expectedMs
 * @returns {ProgressLine}
 */
function barLine(label, expectedMs) {
  const draw = (/** @type {number} */ share, /** @type {string} */ text) => {
    const filled = Math.round(share * BAR_WIDTH);
    const bar = "#".repeat(filled) + "-".repeat(BAR_WIDTH - filled);
    process.stderr.write(`\r\x1b[K${label.padEnd(LABEL_WIDTH)} [${bar}] ${text}`);
  };
  return {
    show(elapsedMs) {
      // Without an estimate the bar approaches its end but never claims to be there.
      const share = expectedMs === undefined ? elapsedMs / (elapsedMs + 20_000) : elapsedMs / expectedMs;
      draw(
        Math.min(share, 0.95),
        expectedMs === undefined ? seconds(elapsedMs) : `${seconds(elapsedMs)} of about ${seconds(expectedMs)}`,
      );
      return REDRAW_MS;
    },
    finish(elapsedMs) {
      draw(1, `${seconds(elapsedMs)}\n`);
    },
    fail(elapsedMs) {
      draw(0, `failed after ${seconds(elapsedMs)}\n`);
    },
  };
}

/**
 * @param {string} label
 * @param {number | undefined} expectedMs
 * @returns {ProgressLine}
 */
function plainLines(label, expectedMs) {
  const estimate = expectedMs === undefined ? "" : ` of about ${seconds(expectedMs)}`;
  return {
    show(elapsedMs) {
      process.stderr.write(`${label} … ${seconds(elapsedMs)}${estimate}\n`);
      return PLAIN_LINE_EVERY_MS;
    },
    finish(elapsedMs) {
      process.stderr.write(`${label}: done in ${seconds(elapsedMs)}\n`);
    },
    fail(elapsedMs) {
      process.stderr.write(`${label}: failed after ${seconds(elapsedMs)}\n`);
    },
  };
}

/** @param {number} ms */
function seconds(ms) {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}

/** @returns {Record<string, number>} milliseconds by label; empty when nothing readable is there */
function readTimings() {
  try {
    return JSON.parse(readFileSync(TIMINGS, "utf8"));
  } catch {
    return {};
  }
}

/**
 * @param {string} label
 * @param {number} elapsedMs
 */
function writeTiming(label, elapsedMs) {
  mkdirSync(dirname(TIMINGS), { recursive: true });
  writeFileSync(TIMINGS, JSON.stringify({ ...readTimings(), [label]: Math.round(elapsedMs) }));
}
