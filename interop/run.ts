// Tests against the real programs: installs them if need be, runs every scenario, says how many passed.
//   node interop/run.ts [part of a file name …]
import { fileURLToPath } from "node:url";
import { startVitest } from "vitest/node";
import { realPeerVersion, setUpRealPeers } from "./setup.ts";

try {
  setUpRealPeers();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
console.log(`against ${realPeerVersion()}`);

const config = fileURLToPath(new URL("vitest.config.ts", import.meta.url));
const vitest = await startVitest("test", process.argv.slice(2), { config, watch: false });
let passed = 0;
let failed = 0;
for (const testModule of vitest.state.getTestModules()) {
  if (testModule.state() === "failed" && [...testModule.children.allTests()].length === 0) failed++; // could not be loaded
  for (const test of testModule.children.allTests()) {
    if (test.result().state === "passed") passed++;
    else failed++; // a skipped test has shown nothing either
  }
}
const errors = vitest.state.getUnhandledErrors().length;
await vitest.close();
console.log(`${passed} passed, ${failed + errors} failed`);
process.exit(failed + errors > 0 || passed === 0 ? 1 : 0);
