// The page of @hashmere/dashboard is bundled into that package's dist folder, when anything that goes into it has changed.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PAGE = join(ROOT, "packages/dashboard/dist/page/index.html");
/** Packages that the page bundles are taken from what the compiler made of them. */
const INGREDIENTS = [
  "packages/dashboard/page",
  "packages/dashboard/vite.config.ts",
  "packages/dht/dist",
  "packages/proxy/dist/client",
  "package-lock.json",
];

/** Arguments for Node.js that bundle the page. */
export const BUNDLE_PAGE = [
  join(ROOT, "node_modules/vite/bin/vite.js"),
  "build",
  "--config",
  join(ROOT, "packages/dashboard/vite.config.ts"),
  "--logLevel",
  "warn",
];

/** Whether the bundle is there and newer than all that goes into it. */
export function isPageBuilt() {
  const built = statSync(PAGE, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return INGREDIENTS.every((path) => lastChange(join(ROOT, path)) < built);
}

/**
 * When a file, or any file in a folder, was last written.
 *
 * @param {string} path
 * @returns {number} Unix ms
 */
function lastChange(path) {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (!entry?.isDirectory()) return entry?.mtimeMs ?? 0;
  return Math.max(
    entry.mtimeMs,
    ...readdirSync(path)
      .filter((name) => !name.startsWith(".")) // notes of the compiler
      .map((name) => lastChange(join(path, name))),
  );
}
