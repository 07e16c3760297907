// The lock file must install on every platform and behind any mirror: each optional package that a platform may need
// is locked too, with its checksum, and no entry names a registry. (npm leaves out what its registry did not have when
// the file was written, and `npm ci` then fails elsewhere.)
import { readFileSync } from "node:fs";

/** @typedef {{ link?: boolean, inBundle?: boolean, integrity?: string, resolved?: string, optionalDependencies?: Record<string, string> }} Entry */

/** @type {Record<string, Entry>} */
const entries = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8")).packages;
const faults = Object.entries(entries).flatMap(([path, entry]) => [...faultsOf(path, entry)]);

for (const fault of faults) process.stderr.write(`package-lock.json: ${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;

/**
 * @param {string} path
 * @param {Entry} entry
 */
function* faultsOf(path, entry) {
  const isDownloaded = path.includes("node_modules/") && !entry.link && !entry.inBundle;
  if (isDownloaded && entry.integrity === undefined) yield `${path} has no checksum`;
  if (/^https?:/.test(entry.resolved ?? "")) yield `${path} names a registry`;
  for (const name of Object.keys(entry.optionalDependencies ?? {})) {
    if (!isLocked(path, name))
      yield `${path} may need ${name}, which is not locked; choose a version whose packages all exist`;
  }
}

/**
 * Whether a package finds another by Node's rule: in its own node_modules or in those of the folders above.
 *
 * @param {string} from
 * @param {string} name
 */
function isLocked(from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/")))) {
    if (`${folder}${folder && "/"}node_modules/${name}` in entries) return true;
    if (folder === "") return false;
  }
}
