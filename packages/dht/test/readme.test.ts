import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { addressOf, startNode } from "./runner/loopback.ts";

// Each TypeScript example is run as it stands, by Node.js itself and on the built package, on a network of its own: only the public bootstrap
// host is replaced. What it prints must be what the comments `// → …` say.

const PUBLIC_HOST = /bootstrap\.jami\.net(:4222)?/g;
/** A thousand nodes take a while on a busy machine. */
const RUN_LIMIT = { timeout: 60_000 };
const SCRATCH = new URL("../dist/readme-examples/", import.meta.url);

describe.each([
  ["packages/dht/README.md", new URL("../README.md", import.meta.url)],
  ["README.md", new URL("../../../README.md", import.meta.url)],
])("the examples of %s", async (_, file) => {
  const examples = [
    ...(await readFile(file, "utf8")).matchAll(/^## ([^\n]*)\n(?:(?!^## )[\s\S])*?```ts\n([\s\S]*?)```/gm),
  ];

  it("are there", () => {
    expect(examples.length).toBeGreaterThan(0);
  });

  it.each(examples.map(([, title = "", code = ""]) => [title, code] as const))("%s", RUN_LIMIT, async (title, code) => {
    const bootstrap = await startNode();
    const program = code.replaceAll(PUBLIC_HOST, addressOf(bootstrap).toString());
    expect(await run(title, program)).toEqual([...code.matchAll(/\/\/ → (.*)$/gm)].map(([, line]) => line));
  });
});

async function run(title: string, program: string): Promise<string[]> {
  const file = new URL(`${encodeURIComponent(title)}-${process.pid}.ts`, SCRATCH);
  await mkdir(SCRATCH, { recursive: true });
  await writeFile(file, program);
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(file)]);
    return stdout.trimEnd().split("\n");
  } finally {
    await rm(file, { force: true });
  }
}
