import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { handOver } from "./hand-over.js";

const MAIN = new URL("../dist/main.js", import.meta.url);
const MANIFEST = new URL("../package.json", import.meta.url);
// Where a clone of the repository keeps the Node that it pins.
const PINNED_NODE = new URL("../../../node_modules/node/bin/node", import.meta.url);
const COULD_NOT_START = 2;

/**
 * Starts the command line, on the pinned Node of a clone when the one that runs this is too old.
 *
 * @param {readonly string[]} command what to put before the user's arguments: the command that a drop-in name stands for
 */
export async function launch(...command) {
  const required = requiredVersion();
  if (isOlder(process.versions.node, required)) {
    if (existsSync(PINNED_NODE)) handOver(fileURLToPath(PINNED_NODE), process.argv.slice(1));
    else
      fail(
        `hashmere needs Node.js ${required} or newer and this is ${process.version}. Install a newer Node.js, then try again.`,
      );
    return;
  }
  if (!existsSync(MAIN)) {
    fail("hashmere is not built yet. Run `npm run build` in the root of the repository, then try again.");
    return;
  }
  const { main } = await import(MAIN.href);
  process.exitCode = await main([...command, ...process.argv.slice(2)], process, command[0]);
}

/** @returns {string} such as "24.7" */
function requiredVersion() {
  const { engines } = JSON.parse(readFileSync(MANIFEST, "utf8"));
  return engines.node.replace(/^\D*/, "");
}

/**
 * @param {string} version
 * @param {string} required
 */
function isOlder(version, required) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [requiredMajor = 0, requiredMinor = 0] = required.split(".").map(Number);
  return major < requiredMajor || (major === requiredMajor && minor < requiredMinor);
}

/** @param {string} message */
function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = COULD_NOT_START;
}
