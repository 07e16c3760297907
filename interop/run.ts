// Tests against the real programs: installs them if need be, runs every scenario, says how many passed.
//   node interop/run.ts [part of a file name …]
import { fileURLToPath } from "node:url";
import { runSuite } from "../scripts/run-suite.js";
import { realPeerVersion, setUpRealPeers } from "./setup.ts";

try {
  setUpRealPeers();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
console.log(`against ${realPeerVersion()}`);

const config = fileURLToPath(new URL("vitest.config.ts", import.meta.url));
const { passed, failed } = await runSuite(config, process.argv.slice(2));
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
