import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { SqliteStorage } from "../../src/sqlite/index.ts";
import { MemoryStorage, type Pair, type Storage } from "../../src/storage/index.ts";
import { Float, PackedValue, type Value } from "../../src/value/index.ts";
import { idOf } from "../support/ids.ts";

const folder = mkdtempSync(join(tmpdir(), "kademlia-storage-"));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const newFile = () => join(folder, `${++files}.db`);

const pairOf = (name: string, value: Value = name, times: Partial<Pair> = {}): Pair => ({
  key: idOf(name),
  value: PackedValue.pack(value),
  publishedAt: 1_000.5,
  expiresAt: 2_000,
  replicateAt: 1_500,
  ...times,
});

const storages: readonly [string, (options?: { maxPairs?: number }) => Storage][] = [
  ["in memory", (options) => new MemoryStorage(options)],
  ["in SQLite", (options) => new SqliteStorage(newFile(), options)],
];

describe.each(storages)("a storage %s", (_, open) => {
  it("keeps, replaces and drops pairs", () => {
    const storage = open();
    expect(storage.get(idOf("a"))).toBeUndefined();
    for (const value of ["text", Uint8Array.of(1, 2), true, 5, -5n, 2n ** 64n - 1n, 1.5, new Float(1), ""]) {
      expect(storage.set(pairOf("a", value))).toBe(true);
      expect(storage.get(idOf("a"))).toEqual(pairOf("a", value));
      expect(storage.get(idOf("a"))?.value.unpack()).toEqual(PackedValue.pack(value).unpack());
    }
    expect(storage.size).toBe(1);
    expect(storage.delete(idOf("a"))).toBe(true);
    expect(storage.delete(idOf("a"))).toBe(false);
    expect(storage.size).toBe(0);
    storage.close();
  });

  it("walks over all pairs, also while they are replaced", () => {
    const storage = open();
    for (let index = 0; index < 1_000; index++) storage.set(pairOf(`${index}`));
    const seen = new Set<string>();
    for (const pair of storage.pairs()) {
      storage.set({ ...pair, replicateAt: 9_999 });
      seen.add(pair.key.hex);
    }
    expect(seen.size).toBe(1_000);
    expect(storage.size).toBe(1_000);
    storage.close();
  });

  it("knows what is due and what has expired", () => {
    const storage = open();
    storage.set(pairOf("soon", "soon", { replicateAt: 10, expiresAt: 100 }));
    storage.set(pairOf("later", "later", { replicateAt: 20, expiresAt: 200 }));
    expect([...storage.dueForReplication(9)]).toEqual([]);
    expect([...storage.dueForReplication(10)].map(({ value }) => value.unpack())).toEqual(["soon"]);
    storage.expire(100);
    expect([...storage.pairs()].map(({ value }) => value.unpack())).toEqual(["later"]);
    expect(storage.size).toBe(1);
    storage.close();
  });

  it("refuses more pairs than it may hold, but replaces those it has", () => {
    const storage = open({ maxPairs: 2 });
    expect([storage.set(pairOf("a")), storage.set(pairOf("b")), storage.set(pairOf("c"))]).toEqual([true, true, false]);
    expect(storage.set(pairOf("a", "new"))).toBe(true);
    storage.delete(idOf("b"));
    expect(storage.set(pairOf("c"))).toBe(true);
    storage.close();
  });
});

describe("a storage in memory", () => {
  it("has a limit for all values together", () => {
    const storage = new MemoryStorage({ maxBytes: 100 });
    expect(storage.set(pairOf("a", "x".repeat(50)))).toBe(true);
    expect(storage.set(pairOf("b", "x".repeat(50)))).toBe(false);
    expect(storage.set(pairOf("a", "x".repeat(90)))).toBe(true);
    storage.delete(idOf("a"));
    expect(storage.set(pairOf("b", "x".repeat(90)))).toBe(true);
  });
});

describe("a storage in SQLite", () => {
  it("has everything after it was closed and opened again", () => {
    const file = newFile();
    {
      using storage = new SqliteStorage(file);
      for (let index = 0; index < 10; index++) storage.set(pairOf(`${index}`));
    }
    using storage = new SqliteStorage(file);
    expect(storage.size).toBe(10);
    expect(storage.get(idOf("7"))).toEqual(pairOf("7"));
  });
});
