import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Whether node_modules holds what the lock file asks for. npm keeps its own record of what it installed there, so this
 * is right whoever ran npm, and a run that was broken off counts as none.
 *
 * @param {string} root folder of the clone
 */
export function isInstalled(root) {
  const record = join(root, "node_modules/.package-lock.json");
  if (!existsSync(record)) return false;
  const wanted = readPackages(join(root, "package-lock.json"));
  const present = readPackages(record);
  return Object.entries(wanted).every(([path, entry]) => {
    const found = present[path];
    // The root itself is not in npm's record, and packages for other machines are left out.
    if (found === undefined) return path === "" || (entry.optional === true && !isForThisMachine(entry));
    return found.version === entry.version && found.integrity === entry.integrity && haveSameCommands(found, entry);
  });
}

/**
 * The commands of the repository's own packages are linked by npm too.
 *
 * @param {LockedPackage} one
 * @param {LockedPackage} other
 */
function haveSameCommands(one, other) {
  return JSON.stringify(one.bin) === JSON.stringify(other.bin);
}

/** @param {LockedPackage} entry */
function isForThisMachine({ os, cpu, libc }) {
  if (os === undefined || cpu === undefined) return false;
  return (
    os.includes(process.platform) && cpu.includes(process.arch) && (libc === undefined || libc.includes(ownLibc()))
  );
}

function ownLibc() {
  const report = /** @type {{ header: object }} */ (process.report.getReport()); // Node's types leave it open
  return "glibcVersionRuntime" in report.header ? "glibc" : "musl";
}

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, bin?: Record<string, string>, os?: string[], cpu?: string[], libc?: string[] }} LockedPackage */

/**
 * @param {string} file a lock file
 * @returns {Record<string, LockedPackage>}
 */
function readPackages(file) {
  return JSON.parse(readFileSync(file, "utf8")).packages;
}
