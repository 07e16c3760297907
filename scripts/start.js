// `npm start`: sets the clone up if need be, then shows a small network on this machine.
import { fileURLToPath } from "node:url";
import { handOver } from "../packages/cli/bin/hand-over.js";
import { setUp } from "./set-up.js";

const playground = fileURLToPath(new URL("../packages/cli/dist/playground/main.js", import.meta.url));

handOver(await setUp(), [playground, ...process.argv.slice(2)]);
