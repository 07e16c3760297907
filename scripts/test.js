// `npm test`: sets the clone up if need be, then runs the tests; arguments go to Vitest (`npm test -- packages/dht`).
import { fileURLToPath } from "node:url";
import { handOver } from "../packages/cli/bin/hand-over.js";
import { setUp } from "./set-up.js";

const vitest = fileURLToPath(new URL("../node_modules/vitest/vitest.mjs", import.meta.url));

handOver(await setUp(), [vitest, "run", ...process.argv.slice(2)]);
