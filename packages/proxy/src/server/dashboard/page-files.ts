import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** A file of the page, ready to be sent. */
export interface PageFile {
  readonly body: Uint8Array;
  readonly contentType: string;
  /** Its name changes with its content, so it need not be asked for again. */
  readonly isLasting: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".woff2": "font/woff2",
};
/** Where the bundler puts files that are named after their content. */
const LASTING = "assets/";

/** All files below a folder, by their path in it; empty when there is no such folder. Nothing else is ever read. */
export async function readPageFiles(folder: URL): Promise<ReadonlyMap<string, PageFile>> {
  const root = fileURLToPath(folder);
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile() && extname(entry.name) in TYPES);
  return new Map(
    await Promise.all(
      files.map(async ({ parentPath, name }): Promise<[string, PageFile]> => {
        const path = relative(root, join(parentPath, name)).replaceAll(sep, "/");
        const contentType = TYPES[extname(name)] ?? "application/octet-stream";
        return [path, { body: await readFile(join(root, path)), contentType, isLasting: path.startsWith(LASTING) }];
      }),
    ),
  );
}
