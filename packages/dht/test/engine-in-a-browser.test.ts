import { fileURLToPath } from "node:url";
import { build, type Rollup } from "vite";
import { expect, test } from "vitest";

test.each(["engine", "testnet", "wire"])("%s is made of nothing that belongs to Node.js", async (entry) => {
  expect(await importsLeftIn(fileURLToPath(new URL(`../src/${entry}/index.ts`, import.meta.url)))).toEqual([]);
});

/** What a bundle for browsers would still have to import, and what of Node's globals it mentions. */
async function importsLeftIn(entry: string): Promise<string[]> {
  const bundle = await build({
    configFile: false,
    logLevel: "silent",
    build: { write: false, minify: false, lib: { entry, formats: ["es"], fileName: "bundle" } },
  });
  const { output } = (Array.isArray(bundle) ? bundle[0] : bundle) as Rollup.RollupOutput; // not watching
  return output.flatMap((chunk) => (chunk.type === "chunk" ? [...chunk.imports, ...nodeNamesIn(chunk.code)] : []));
}

function nodeNamesIn(code: string): string[] {
  return [...code.matchAll(/__vite-browser-external|\bnode:\w+|\bBuffer\.|\bprocess\./g)].map(([name]) => name);
}
