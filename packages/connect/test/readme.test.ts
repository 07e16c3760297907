import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { DhtRunner } from "@hashmere/dht";
import { describe, expect, onTestFinished, test } from "vitest";

// Each TypeScript example is run as it stands, by Node.js itself and on the built packages, but for what leads to the public
// network, and for keys that take less long to make. What it prints must be what the comments `// → …` say.

const SCRATCH = new URL("../dist/readme-examples/", import.meta.url);

describe("the examples of packages/connect/README.md", async () => {
  const text = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const examples = [...text.matchAll(/^## ([^\n]*)\n(?:(?!^## )[\s\S])*?```ts\n([\s\S]*?)```/gm)];

  test("are there", () => {
    expect(examples.length).toBeGreaterThan(0);
  });

  test.each(examples.map(([, title = "", code = ""]) => [title, code] as const))("%s", async (title, code) => {
    const boot = await DhtRunner.run({ bind4: "127.0.0.1", bind6: null });
    onTestFinished(() => boot.join());
    const here = `includeLoopback: true, bootstrap: "${boot.getBound()}", `;
    const program = code
      .replaceAll("ConnectionManager.open({ ", `ConnectionManager.open({ ${here}`)
      .replaceAll(/generateIdentity\(("\w+")\)/g, "generateIdentity($1, { bits: 2048 })");
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
