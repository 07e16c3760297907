import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

/** The public bootstrap host, as examples name it: for adapting them to a network of their own. */
export const PUBLIC_HOST = /bootstrap\.jami\.net(:4222)?/g;

/**
 * Tests that each TypeScript example of a page runs as it stands, by Node.js itself and on the built packages, and prints
 * what its comments `// → …` say. Only keys are made smaller, because large ones take long.
 *
 * @param page its path in the repository
 * @param adapt replaces what leads to the public network by what the test has started
 */
export function testExamples(page: string, adapt: (code: string) => string | Promise<string> = (code) => code): void {
  describe(`the examples of ${page}`, async () => {
    const examples = [...examplesIn(await readFile(new URL(page, REPOSITORY), "utf8"))];

    test("are there", () => {
      expect(examples.length).toBeGreaterThan(0);
    });

    test.each(examples)("$title", async ({ code }) => {
      expect(await run(withSmallKeys(await adapt(code)))).toEqual(promised(code));
    });
  });
}

const REPOSITORY = new URL("../", import.meta.url);
/** Inside the repository, so that examples find the packages; not under version control. */
const SCRATCH = fileURLToPath(new URL(".setup/readme-examples/", REPOSITORY));

interface Example {
  /** Of the section that it stands in. */
  readonly title: string;
  readonly code: string;
}

function* examplesIn(markdown: string): Iterable<Example> {
  let title = "";
  for (const [, heading, code] of markdown.matchAll(/^#+ (.*)$|^```ts\n([\s\S]*?)^```$/gm)) {
    if (heading !== undefined) title = heading;
    if (code !== undefined) yield { title, code };
  }
}

function withSmallKeys(code: string): string {
  return code.replaceAll(/generateIdentity\(("\w+")\)/g, "generateIdentity($1, { bits: 2048 })");
}

/** The lines that an example says it prints. */
function promised(code: string): string[] {
  return Array.from(code.matchAll(/\/\/ → (.*)$/gm), ([, line = ""]) => line);
}

/** The lines that a program prints, run in a folder of its own. */
async function run(program: string): Promise<string[]> {
  await mkdir(SCRATCH, { recursive: true });
  const folder = await mkdtemp(SCRATCH);
  try {
    await writeFile(join(folder, "example.ts"), program);
    const { stdout } = await promisify(execFile)(process.execPath, ["example.ts"], { cwd: folder });
    return stdout.trimEnd().split("\n");
  } finally {
    await rm(folder, { recursive: true });
  }
}
