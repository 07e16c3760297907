import { startVitest } from "vitest/node";

/**
 * Runs a folder's tests by its own configuration, and counts them. A test that was skipped has failed: it has shown nothing.
 * @param {string} config path of the configuration
 * @param {readonly string[]} filters parts of file names; none: all of them
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function runSuite(config, filters) {
  const vitest = await startVitest("test", [...filters], { config, watch: false });
  let passed = 0;
  let failed = vitest.state.getUnhandledErrors().length;
  for (const testModule of vitest.state.getTestModules()) {
    if (testModule.state() === "failed" && [...testModule.children.allTests()].length === 0) failed++; // could not be loaded
    for (const test of testModule.children.allTests()) {
      if (test.result().state === "passed") passed++;
      else failed++;
    }
  }
  await vitest.close();
  return { passed, failed };
}
