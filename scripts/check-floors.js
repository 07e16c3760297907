// The rooms of a package stand on floors, and a room uses its own floor and those below, never one above. This reads
// every import between rooms and names those that go up.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const HOUSES = {
  "packages/dht/src": [
    ["address", "errors", "events", "id", "log", "msgpack", "random", "scheduler"],
    ["value"],
    ["wire"],
    ["routing"],
    ["rpc"],
    ["search", "store"],
    ["node"],
    ["secure"],
    ["discovery", "runner", "testnet", "transport"],
    ["engine", "pht"],
  ],
  "packages/crypto/src": [["asn1", "files", "thread"], ["cipher"], ["keys"], ["x509"], ["identity", "verification"]],
  "packages/kademlia/src": [
    ["address", "errors", "id", "msgpack", "random", "scheduler"],
    ["value"],
    ["wire"],
    ["routing"],
    ["rpc"],
    ["lookup", "storage"],
    ["node"],
    ["sqlite", "transport"],
    ["server"],
    ["testnet", "web"],
  ],
  "packages/cli/src": [
    ["identity", "output"],
    ["cert", "decode", "kademlia", "proxy"],
    ["crtmgr", "dhtnode", "nc", "one-shot"],
    ["shell"],
    ["chat", "playground"],
    ["commands"],
  ],
  "packages/connect/src": [
    ["address", "errors", "files", "framing"],
    ["stun", "trust"],
    ["ice", "mux"],
    ["port-mapping", "punching", "signalling", "sockets", "streams", "tls", "turn"],
    ["reach", "session"],
    ["manager"],
  ],
  "packages/dashboard/page": [
    ["document", "format", "style"],
    ["chart", "ring", "traffic"],
    ["live", "simulate"],
    ["shell"],
  ],
  "packages/proxy/src": [["json"], ["client", "push"], ["server"], ["node"]],
};
const RELATIVE_IMPORT = /\b(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g;

const faults = Object.entries(HOUSES).flatMap(([house, floors]) => {
  const sources = fileURLToPath(new URL(`../${house}/`, import.meta.url));
  const rooms = readdirSync(sources, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return rooms.flatMap((room) => [...faultsOf(room.name, sources, floors)]).map((fault) => `${house}/${fault}`);
});

for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;

/**
 * @param {string} room
 * @param {string} sources
 * @param {string[][]} floors
 */
function* faultsOf(room, sources, floors) {
  const floor = floorOf(room, floors);
  if (floor === -1) yield `${room} has no floor yet: give it one in scripts/check-floors.js and in ARCHITECTURE.md`;
  for (const file of sourceFiles(join(sources, room))) {
    for (const [, path = ""] of readFileSync(file, "utf8").matchAll(RELATIVE_IMPORT)) {
      const [used = ""] = relative(sources, join(file, "..", path)).split(/[\\/]/);
      if (floorOf(used, floors) > floor || used === "index.ts")
        yield `${relative(sources, file)} imports ${path}, which is a floor above`;
    }
  }
}

/**
 * @param {string} room
 * @param {string[][]} floors
 */
function floorOf(room, floors) {
  return floors.findIndex((rooms) => rooms.includes(room));
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function sourceFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return /\.tsx?$/.test(path) ? [path] : [];
  });
}
