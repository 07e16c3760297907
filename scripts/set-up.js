import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BUNDLE_PAGE, isPageBuilt } from "./build-page.js";
import { exclusively } from "./exclusively.js";
import { isInstalled } from "./installed.js";
import { withProgress } from "./progress.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PINNED_NODE = join(ROOT, "node_modules/node/bin", process.platform === "win32" ? "node.exe" : "node");
const OLDEST_NODE = 24; // what the packages declare as engines
const COULD_NOT_START = 2;

/**
 * Makes the clone ready to run, doing only what is still to be done: installs packages when they differ from the lock
 * file, builds what changed since the last build. Ends the process with a sentence when that fails.
 *
 * @returns {Promise<string>} path of the Node.js to run the project on
 */
export async function setUp() {
  try {
    return await exclusively(async () => {
      if (!isInstalled(ROOT)) await withProgress("installing packages", install);
      const node = chooseNode();
      await withProgress("building", () =>
        run(node, [join(ROOT, "node_modules/typescript/bin/tsc"), "-b"], BUILD_FAILED),
      );
      if (!isPageBuilt()) await withProgress("bundling the page", () => run(node, BUNDLE_PAGE, BUNDLE_FAILED));
      return node;
    });
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(COULD_NOT_START);
  }
}

const INSTALL_FAILED =
  "The packages could not be installed; npm's own words are above. Is the network up? Then try again.";
const BUILD_FAILED = "The build failed; the compiler's words are above.";
const BUNDLE_FAILED = "The page could not be bundled; the bundler's words are above.";
const NODE_MISSING =
  `Node.js ${OLDEST_NODE} comes with the packages, but npm did not run the install script that brings it. ` +
  "Run `npm rebuild node --ignore-scripts=false`, then try again.";

class SetUpError extends Error {}

async function install() {
  const { npm_execpath: npm, npm_node_execpath: node = process.execPath } = process.env;
  // Development packages are what this is about, whatever NODE_ENV says.
  const args = ["--include=dev", "--loglevel=error"];
  if (npm === undefined) return run("npm", ["ci", ...args], INSTALL_FAILED);
  await run(node, [npm, "ci", ...args], INSTALL_FAILED);
  // npm on an old Node.js leaves out native packages made for newer ones. The newer one is there now: complete them.
  if (!isInstalled(ROOT)) await run(chooseNode(), [npm, "install", "--no-save", ...args], INSTALL_FAILED);
}

function chooseNode() {
  if (existsSync(PINNED_NODE)) return PINNED_NODE;
  if (Number.parseInt(process.versions.node, 10) >= OLDEST_NODE) return process.execPath;
  throw new SetUpError(NODE_MISSING);
}

/**
 * Runs a program quietly; what it printed is shown only when it fails.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {string} sentence what to tell when it fails
 * @returns {Promise<void>}
 */
function run(program, args, sentence) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    let printed = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text) => (printed += text));
    child.on("error", (error) =>
      reject(new SetUpError(`${program} could not be started: ${error.message}\n${sentence}`)),
    );
    child.on("close", (code) => (code === 0 ? resolve() : reject(new SetUpError(`${printed.trimEnd()}\n${sentence}`))));
  });
}
