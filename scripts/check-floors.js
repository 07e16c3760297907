// The rooms of @hashmere/dht stand on floors, and a room uses its own floor and those below, never one above. This reads
// every import between rooms and names those that go up.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const FLOORS = [
  ["address", "errors", "id", "log", "msgpack", "random", "scheduler"],
  ["value"],
  ["wire"],
  ["routing"],
  ["rpc"],
  ["search", "store"],
  ["node"],
  ["secure"],
  ["discovery", "runner", "testnet", "transport"],
];
const SOURCES = fileURLToPath(new URL("../packages/dht/src/", import.meta.url));
const RELATIVE_IMPORT = /\b(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g;

const rooms = readdirSync(SOURCES, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const faults = rooms.flatMap((room) => [...faultsOf(room.name)]);

for (const fault of faults) process.stderr.write(`packages/dht/src/${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;

/** @param {string} room */
function* faultsOf(room) {
  const floor = floorOf(room);
  if (floor === -1) yield `${room} has no floor yet: give it one in scripts/check-floors.js and in ARCHITECTURE.md`;
  for (const file of sourceFiles(join(SOURCES, room))) {
    for (const [, path = ""] of readFileSync(file, "utf8").matchAll(RELATIVE_IMPORT)) {
      const [used = ""] = relative(SOURCES, join(file, "..", path)).split(/[\\/]/);
      if (floorOf(used) > floor || used === "index.ts")
        yield `${relative(SOURCES, file)} imports ${path}, which is a floor above`;
    }
  }
}

/** @param {string} room */
function floorOf(room) {
  return FLOORS.findIndex((rooms) => rooms.includes(room));
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function sourceFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return path.endsWith(".ts") ? [path] : [];
  });
}
