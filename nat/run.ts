// Tests of devices behind routers of all kinds, in a laboratory of network namespaces: installs what it needs if need be,
// runs every test, prints how each pair of devices met and how many tests passed. Needs root.
//   node nat/run.ts [part of a file name …]
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runSuite } from "../scripts/run-suite.js";
import { describeMeasurements, MEASUREMENTS_VARIABLE, readMeasurements } from "./measurements.ts";
import { RUN_VARIABLE, tearDownDeadRuns, tearDownRun } from "./runs.ts";
import { setUpLaboratory } from "./setup.ts";

const REPORT = fileURLToPath(new URL("../.setup/nat.json", import.meta.url));

try {
  setUpLaboratory();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), "hashmere-nat-"));
const measured = join(folder, "measurements");
writeFileSync(measured, "");
process.env[MEASUREMENTS_VARIABLE] = measured;
process.env[RUN_VARIABLE] = `${process.pid}`;

tearDownDeadRuns();
process.once("exit", () => {
  tearDownRun(process.pid);
  rmSync(folder, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));

const config = fileURLToPath(new URL("vitest.config.ts", import.meta.url));
const { passed, failed } = await runSuite(config, process.argv.slice(2));
const measurements = readMeasurements(measured);
mkdirSync(join(REPORT, ".."), { recursive: true });
writeFileSync(REPORT, `${JSON.stringify(measurements, undefined, 2)}\n`);
console.log(`\n${describeMeasurements(measurements)}\n`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
