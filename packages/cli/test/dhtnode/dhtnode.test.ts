import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hashmere, type Running, start } from "../support/cli.ts";
import { NETWORK, startSilence } from "../support/network.ts";

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "hashmere-"));
});

afterAll(() => rm(directory, { recursive: true }));

const NODE_ID = /OpenDHT node ([0-9a-f]{40}) running/;

describe("options", () => {
  test.each([["--help"], ["-h"], ["--hel"], ["--version"], ["-V"], ["--vers"]])(
    "%s answers, and that is all",
    async (option) => {
      await using running = start("dhtnode", [option]);
      const { status, stdout, stderr } = await running.end();
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toMatch(option.includes("h") && !option.includes("vers") ? /^Usage: / : /^Hashmere version /);
    },
  );

  test.each([["--zork"], ["-z"], ["--p"], ["stray"], ["-p", "65536"], ["-n", "x"], ["-b", ":0"]])(
    "%s is refused",
    async (...options) => {
      await using running = start("dhtnode", options);
      const { status, stdout, stderr } = await running.end();
      expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
      expect(stderr).not.toBe("");
    },
  );

  test("are read as GNU programs read them", async () => {
    await using silence = await startSilence();
    const hosts = ["--boot=127.0.0.1:1", `-b=127.0.0.1:${silence.port}`];
    await using running = start("dhtnode", [...hosts, `-n${NETWORK}`, "-UPO", "--net=0x7", "--network", "7"]);
    const { status, stdout } = await running.end("x\n");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Bootstrap: 127.0.0.1:1\nBootstrap: 127.0.0.1:\d+\nOpenDHT node/);
  });
});

describe("a service", () => {
  test.each(["SIGINT", "SIGTERM"] as const)("ends well on %s, and not on SIGHUP", async (signal) => {
    await using running = service();
    await running.until(/connecting/);
    running.process.kill("SIGHUP");
    running.process.kill(signal);
    expect(await running.outcome()).toMatchObject({ status: 0, stdout: "Bootstrap: 127.0.0.1:1\n" });
  });

  test("logs to a file", async () => {
    const logfile = join(directory, "log");
    await using running = start("dhtnode", ["-s", "-b", "127.0.0.1:1", "-l", logfile]);
    await running.until(/Bootstrap/);
    running.process.kill("SIGTERM");
    await running.outcome();
    expect(await readFile(logfile, "utf8")).toMatch(/^\[\d+\.\d{6}\] /);
  });

  function service(): Running {
    return start("dhtnode", ["-sv", "-b", "127.0.0.1:1"]);
  }
});

test("a prompt ends on Ctrl-C with status 0, as it always has", async () => {
  await using running = start("dhtnode", ["-n", `${NETWORK}`]);
  await running.until(/>> $/);
  running.process.kill("SIGINT");
  expect(await running.outcome()).toMatchObject({ status: 0, stdout: expect.stringContaining("\nStopping node...\n") });
});

test("the state file keeps id, ports and values", async () => {
  const state = join(directory, "state");
  const [id, port] = await firstRun(state);
  await using again = start("dhtnode", ["-n", `${NETWORK}`, "-f", state]);
  const { stdout } = await again.end("ld\n");
  expect(NODE_ID.exec(stdout)?.[1]).toBe(id);
  expect(stdout).toContain(`port ${port}`);
});

async function firstRun(state: string) {
  await using running = start("dhtnode", ["-n", `${NETWORK}`, "-f", state]);
  const { stdout } = await running.end("p foo bar\n");
  return [NODE_ID.exec(stdout)?.[1], /port (\d+)/.exec(stdout)?.[1]];
}

test("a state file that can't be written: one sentence, status 2", async () => {
  await using running = start("dhtnode", ["-f", join(directory, "none", "state")]);
  const { status, stderr } = await running.end();
  expect(status).toBe(2);
  expect(stderr).toMatch(/^can't write .*\(ENOENT\).*\nCheck the path and its permissions\.\n$/);
});

test("a port in use: one sentence, status 2", async () => {
  await using silence = await startSilence();
  await using running = start("dhtnode", ["-p", `${silence.port}`]);
  const { status, stderr } = await running.end();
  expect(status).toBe(2);
  expect(stderr).toMatch(/port/);
});

test("a port in use in one family: it runs in the other, and says so", async () => {
  const other = createSocket("udp4").bind(0);
  await once(other, "listening");
  const { port } = other.address();
  await using running = start("dhtnode", ["-p", `${port}`]);
  const { status, stdout, stderr } = await running.end("ll\n");
  other.close();
  const trouble = new RegExp(
    `^goes without IPv4: can't open UDP 0\\.0\\.0\\.0:${port}: .*EADDRINUSE.*another program`,
    "m",
  );
  expect(status).toBe(0);
  expect(stderr).toMatch(trouble);
  expect(stdout).toMatch(new RegExp(`running on IPv4 port 0, IPv6 port ${port}\n`));
  expect(stdout).toMatch(trouble);
});

test("bootstrap hosts that are silent are told of", async () => {
  await using silence = await startSilence();
  await using running = start("dhtnode", ["-s", "-b", `127.0.0.1:${silence.port}`]);
  await running.until(/no answer from 127\.0\.0\.1:\d+ .*Trying again/);
}, 20_000);

test("in the background it runs on, and can be ended", async () => {
  const free = await startSilence();
  const { port } = free;
  await free[Symbol.asyncDispose]();
  await using starter = start("dhtnode", ["-d", "-n", `${NETWORK}`, "-p", `${port}`]);
  const [, pid] = await starter.until(/running in the background, process (\d+)/);
  expect((await starter.outcome()).status).toBe(0);
  try {
    expect((await hashmere(["ping", `127.0.0.1:${port}`, "-n", `${NETWORK}`])).status).toBe(0);
    await using second = start("dhtnode", ["-d", "-p", `${port}`]);
    expect((await second.outcome()).status).toBe(2);
  } finally {
    process.kill(Number(pid), "SIGTERM");
  }
});
