import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { History, MAX_HISTORY_LINES } from "../../src/shell/history.ts";

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "hashmere-"));
});

afterAll(() => rm(directory, { recursive: true }));

test("lines come back in the next session, and only their owner can read them", async () => {
  const environment = { XDG_STATE_HOME: join(directory, "state") };
  const first = new History(environment);
  await first.load();
  expect(first.lines).toEqual([]);
  first.lines = ["newest", "oldest"];
  await first.save();
  const second = new History(environment);
  await second.load();
  expect(second.lines).toEqual(["newest", "oldest"]);
  const path = join(directory, "state", "hashmere", "dhtnode_history");
  expect(await readFile(path, "utf8")).toBe("oldest\nnewest\n");
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test("only so many lines are kept", async () => {
  const environment = { XDG_STATE_HOME: join(directory, "long") };
  const history = new History(environment);
  history.lines = Array.from({ length: MAX_HISTORY_LINES + 5 }, (_, index) => `line ${index}`);
  await history.save();
  await history.load();
  expect(history.lines).toHaveLength(MAX_HISTORY_LINES);
  expect(history.lines[0]).toBe("line 0");
});

test("a place that can't be written is no failure", async () => {
  const history = new History({ XDG_STATE_HOME: "/dev/null" });
  history.lines = ["ll"];
  await history.save();
  await history.load();
  expect(history.lines).toEqual([]);
});
