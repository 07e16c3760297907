import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SockAddr } from "../../src/address/index.ts";
import { writeFileAtomically } from "../../src/runner/files/atomic-file.ts";
import { portFilePath, readPorts, writePorts } from "../../src/runner/files/port-file.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "hashmere-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe("writeFileAtomically", () => {
  it("replaces the content, leaves no draft behind, and lets only the owner read it", async () => {
    const path = join(folder, "state");
    await writeFileAtomically(path, "old");
    await writeFileAtomically(path, "new");
    expect(await readFile(path, "utf8")).toBe("new");
    expect(await readdir(folder)).toEqual(["state"]);
    if (process.platform !== "win32") expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("leaves no draft behind when the target can't be replaced", async () => {
    await expect(writeFileAtomically(join(folder, "missing", "state"), "x")).rejects.toThrow("ENOENT");
    await expect(writeFileAtomically(folder, "x")).rejects.toThrow();
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("the port file", () => {
  it("keeps the two ports of the last run, IPv4 first", async () => {
    const path = join(folder, "state");
    await writePorts(path, SockAddr.parse("127.0.0.1:4000"), SockAddr.parse("[::1]:4001"));
    expect(await readFile(portFilePath(path), "utf8")).toBe("4000\n4001\n");
    expect(await readPorts(path)).toEqual({ 4: 4000, 6: 4001 });
  });

  it.each([
    ["missing", undefined, { 4: 0, 6: 0 }],
    ["empty", "", { 4: 0, 6: 0 }],
    ["damaged", "a\n99999\n", { 4: 0, 6: 0 }],
    ["of one line", "4000", { 4: 4000, 6: 0 }],
  ])("does without what it can't read in a file that is %s", async (_, content, ports) => {
    const path = join(folder, "state");
    if (content !== undefined) await writeFile(portFilePath(path), content);
    expect(await readPorts(path)).toEqual(ports);
  });
});
