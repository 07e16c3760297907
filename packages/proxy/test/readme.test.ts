import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { DhtRunner } from "@hashmere/dht";
import { describe, expect, onTestFinished, test } from "vitest";
import { ProxyServer } from "../src/node/index.ts";

// Each TypeScript example is run as it stands, by Node.js itself and on the built packages, with a network and a proxy of its
// own in the place of the public ones. What it prints must be what the comments `// → …` say.

const PUBLIC_HOST = /bootstrap\.jami\.net(:4222)?/g;
const PUBLIC_PROXY = /https:\/\/dhtproxy\.jami\.net/g;
const SCRATCH = new URL("../dist/readme-examples/", import.meta.url);

describe("the examples of packages/proxy/README.md", async () => {
  const text = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const examples = [...text.matchAll(/^## ([^\n]*)\n(?:(?!^## )[\s\S])*?```ts\n([\s\S]*?)```/gm)];

  test("are there", () => {
    expect(examples.length).toBeGreaterThan(0);
  });

  test.each(examples.map(([, title = "", code = ""]) => [title, code] as const))("%s", async (title, code) => {
    const { host, url } = await startProxy();
    const program = code.replaceAll(PUBLIC_HOST, host).replaceAll(PUBLIC_PROXY, url);
    expect(await run(title, program)).toEqual([...code.matchAll(/\/\/ → (.*)$/gm)].map(([, line]) => line));
  });
});

async function startProxy(): Promise<{ readonly host: string; readonly url: string }> {
  const local = { bind4: "127.0.0.1", bind6: null };
  const other = await DhtRunner.run(local);
  const host = `127.0.0.1:${other.getBound(4)?.port}`;
  const dht = await DhtRunner.run({ ...local, bootstrap: host });
  await dht.connected();
  const proxy = await ProxyServer.open({ dht, port: 0, host: "127.0.0.1", dashboard: false });
  onTestFinished(async () => {
    await proxy.close();
    await Promise.all([dht.join(), other.join()]);
  });
  return { host, url: proxy.url };
}

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
