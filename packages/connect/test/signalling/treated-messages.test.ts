import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TREATED_FOR_MS, TreatedMessages } from "../../src/signalling/index.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { VirtualTime } from "../support/virtual-time.ts";

test("what was dealt with is known, also after a restart, for a day", async () => {
  const path = join(await temporaryFolder(), "treatedMessages");
  const scheduler = new VirtualTime();
  const treated = await TreatedMessages.open({ scheduler, path });
  treated.add(7n);
  treated.add(2n ** 53n);
  await treated.flush();
  expect([treated.has(7n), treated.has(8n)]).toEqual([true, false]);

  const restarted = await TreatedMessages.open({ scheduler, path });
  expect([restarted.has(7n), restarted.has(2n ** 53n), restarted.has(8n)]).toEqual([true, true, false]);
  scheduler.advance(TREATED_FOR_MS);
  expect(restarted.has(7n)).toBe(false);
  const later = await TreatedMessages.open({ scheduler, path });
  expect(later.size).toBe(0);
  expect(await readFile(path)).toHaveLength(0);
});

test("the file holds pairs of id and time, as DHTNet writes them", async () => {
  const path = join(await temporaryFolder(), "treatedMessages");
  const scheduler = new VirtualTime(1_700_000_000_250);
  const treated = await TreatedMessages.open({ scheduler, path });
  treated.add(0x1947f0e973e0b6n);
  await treated.flush();
  expect((await readFile(path)).toString("hex")).toBe("92cf001947f0e973e0b6d7ff3b9aca006553f100");
});

test("of a damaged file counts what can be read", async () => {
  const path = join(await temporaryFolder(), "treatedMessages");
  const scheduler = new VirtualTime();
  const treated = await TreatedMessages.open({ scheduler, path });
  treated.add(1n);
  treated.add(2n);
  await treated.flush();
  await writeFile(path, (await readFile(path)).subarray(0, -3));
  const restarted = await TreatedMessages.open({ scheduler, path });
  expect([restarted.has(1n), restarted.has(2n)]).toEqual([true, false]);
  restarted.add(3n);
  await restarted.flush();
  expect((await TreatedMessages.open({ scheduler, path })).has(3n)).toBe(true);
});

test("no more are kept than the limit says, in memory and in the file", async () => {
  const path = join(await temporaryFolder(), "treatedMessages");
  const treated = await TreatedMessages.open({ scheduler: new VirtualTime(), path, limit: 10 });
  for (let id = 1n; id <= 100n; id++) treated.add(id);
  await treated.flush();
  expect([treated.size, treated.has(90n), treated.has(91n)]).toEqual([10, false, true]);
  expect((await readFile(path)).length).toBeLessThan(2 * 10 * 21 + 1);
});

test("without a file they are kept for the run", async () => {
  const treated = await TreatedMessages.open({ scheduler: new VirtualTime() });
  treated.add(1n);
  expect(treated.has(1n)).toBe(true);
});
