import { fileURLToPath } from "node:url";
import { build, type Rollup } from "vite";

const ALIASES = fileURLToPath(new URL("../../../vitest.config.ts", import.meta.url));

/** What a bundle of a module for browsers would still have to import, and what of Node's globals it mentions. */
export async function nodePartsOf(module: URL): Promise<string[]> {
  const bundle = await build({
    configFile: ALIASES,
    logLevel: "silent",
    build: { write: false, minify: false, lib: { entry: fileURLToPath(module), formats: ["es"], fileName: "bundle" } },
  });
  const { output } = (Array.isArray(bundle) ? bundle[0] : bundle) as Rollup.RollupOutput; // not watching
  return output.flatMap((chunk) => (chunk.type === "chunk" ? [...chunk.imports, ...nodeNamesIn(chunk.code)] : []));
}

function nodeNamesIn(code: string): string[] {
  return [...code.matchAll(/__vite-browser-external|\bnode:\w+|\bBuffer\.|\bprocess\./g)].map(([name]) => name);
}
