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
    // The root itself is not in npm's record; packages for other platforms are optional.
    if (found === undefined) return path === "" || entry.optional === true;
    return JSON.stringify(found) === JSON.stringify(entry);
  });
}

/**
 * @param {string} file a lock file
 * @returns {Record<string, { readonly optional?: boolean }>}
 */
function readPackages(file) {
  return JSON.parse(readFileSync(file, "utf8")).packages;
}
