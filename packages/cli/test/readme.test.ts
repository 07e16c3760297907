import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { DhtRunner } from "@hashmere/dht";
import { afterAll, beforeAll, expect, test } from "vitest";

const README = new URL("../README.md", import.meta.url);
const BIN = fileURLToPath(new URL("../bin/", import.meta.url));
/** The node that the examples ask. */
const EXAMPLE_NODE = "127.0.0.1:4222";

const examples = parseExamples(await readFile(README, "utf8"));

let node: DhtRunner;
let directory: string;

beforeAll(async () => {
  node = await DhtRunner.run({ bind4: "127.0.0.1", bind6: null });
  directory = await mkdtemp(join(tmpdir(), "hashmere-"));
});

afterAll(async () => {
  await node.join();
  await rm(directory, { recursive: true });
});

test.each(examples)("$command", async ({ command, output }) => {
  expect(await run(command)).toMatch(output);
});

/** Lines that begin with `$ ` are commands, what follows is their output, in which `…` stands for anything. */
function parseExamples(markdown: string) {
  const blocks = [...markdown.matchAll(/```console\n(.*?)```/gs)].map(([, block = ""]) => block);
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((example) => {
        const [command = "", ...output] = example.split("\n");
        return { command, output: new RegExp(`^${output.map(toPattern).join("\n")}$`, "s") };
      }),
  );
}

function toPattern(line: string): string {
  return line.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll("…", ".*");
}

/** As a shell runs it, with both output streams in one. */
async function run(command: string): Promise<string> {
  const programs = ["hashmere", "dhtnode"].map(
    (name) => `${name}() { '${process.execPath}' '${BIN}${name}.js' "$@"; }`,
  );
  const script = [...programs, "exec 2>&1", command].join("\n");
  const address = `${node.getBound()}`;
  const shell = spawn("sh", ["-c", script.replaceAll(EXAMPLE_NODE, address)], {
    cwd: directory,
    stdio: ["ignore", "pipe", "inherit"],
  });
  return (await text(shell.stdout)).replaceAll(address, EXAMPLE_NODE);
}
