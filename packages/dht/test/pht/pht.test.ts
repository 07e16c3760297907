import { describe, expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { MAX_NODE_ENTRY_COUNT, Prefix } from "../../src/pht/index.ts";
import { IndexNet } from "./index-net.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const word = (text: string) => ({ k: bytes(text) });
const leadTo = (text: string, id = 0n) => ({ hash: InfoHash.get(text), id });
const SPEC = { k: 4 };
const ROOT = new Prefix(new Uint8Array(0), 0);

describe("an index", () => {
  test("without entries finds nothing, and says so", async () => {
    const net = await IndexNet.create();
    expect(await net.index(0, "x", SPEC).lookup(word("ab"))).toEqual({ ok: true, values: [], prefix: ROOT });
  });

  test("finds on one node what was inserted on another, by the very key only", async () => {
    const net = await IndexNet.create();
    expect(await net.index(0, "x", SPEC).insert(word("ab"), leadTo("one"))).toBe(true);
    const other = net.index(1, "x", SPEC);
    expect((await other.lookup(word("ab"))).values).toEqual([leadTo("one")]);
    expect((await other.lookup(word("ac"))).values).toEqual([]);
    expect((await other.lookup(word("a"))).values).toEqual([]);
  });

  test("has any number of values under a key, each once", async () => {
    const net = await IndexNet.create();
    const index = net.index(0, "x", SPEC);
    for (const id of [1n, 2n, 2n]) await index.insert(word("ab"), leadTo("one", id));
    const { values } = await net.index(1, "x", SPEC).lookup(word("ab"));
    expect(values.map(({ id }) => id).sort()).toEqual([1n, 2n]);
  });

  test("finds the nearest keys where the very one isn't asked for", async () => {
    const net = await IndexNet.create();
    const index = net.index(0, "x", SPEC);
    for (const text of ["abca", "abd", "zz"]) await index.insert(word(text), leadTo(text));
    const { values } = await net.index(1, "x", SPEC).lookup(word("abcb"), { exactMatch: false });
    expect(values).toEqual([leadTo("abca")]);
  });

  test("of several fields finds keys by all of them", async () => {
    const net = await IndexNet.create();
    const spec = { a: 2, b: 1 };
    await net.index(0, "x", spec).insert({ a: bytes("ab"), b: bytes("c") }, leadTo("one"));
    const other = net.index(1, "x", spec);
    expect((await other.lookup({ b: bytes("c"), a: bytes("ab") })).values).toEqual([leadTo("one")]);
    expect((await other.lookup({ a: bytes("ab"), b: bytes("d") })).values).toEqual([]);
  });

  test("keeps apart what has another name", async () => {
    const net = await IndexNet.create();
    await net.index(0, "x", SPEC).insert(word("ab"), leadTo("one"));
    expect((await net.index(1, "y", SPEC).lookup(word("ab"))).values).toEqual([]);
  });

  test("forgets after ten minutes what isn't inserted again", async () => {
    const net = await IndexNet.create();
    await net.index(0, "x", SPEC).insert(word("ab"), leadTo("one"));
    await net.net.advance("11m");
    expect(await net.index(1, "x", SPEC).lookup(word("ab"))).toMatchObject({ values: [], prefix: ROOT });
  });

  test("refuses keys that do not fit", async () => {
    const net = await IndexNet.create();
    const index = net.index(0, "x", SPEC);
    await expect(index.lookup(word("abcde"))).rejects.toMatchObject({ code: "ERR_INDEX_KEY" });
    await expect(index.insert({}, leadTo("one"))).rejects.toMatchObject({ code: "ERR_INDEX_KEY" });
  });

  test("says when nobody could be asked", async () => {
    const net = await IndexNet.create(1);
    const index = net.index(0, "x", SPEC);
    expect((await index.lookup(word("ab"))).ok).toBe(false);
    expect(await index.insert(word("ab"), leadTo("one"))).toBe(false);
  });
});

describe("a tree that grows", () => {
  const words = Array.from({ length: 3 * MAX_NODE_ENTRY_COUNT }, (_, n) => `${String.fromCharCode(97 + (n % 26))}${n}`);

  test("is split beyond 16 entries, and all are still found, by whoever looks", async () => {
    const net = await IndexNet.create(8);
    const index = net.index(0, "x", SPEC);
    for (const text of words) expect(await index.insert(word(text), leadTo(text))).toBe(true);
    const other = net.index(5, "x", SPEC);
    for (const text of words) expect((await other.lookup(word(text))).values).toEqual([leadTo(text)]);
    const depths = await Promise.all(words.map(async (text) => (await other.lookup(word(text))).prefix.size));
    expect(Math.max(...depths)).toBeGreaterThan(0);
  });

  test("is split by two at once", async () => {
    const net = await IndexNet.create(8);
    const [a, b] = [net.index(0, "x", SPEC), net.index(1, "x", SPEC)];
    for (let i = 0; i < words.length; i += 2) {
      const [left = "", right = ""] = words.slice(i, i + 2);
      await Promise.all([a.insert(word(left), leadTo(left)), b.insert(word(right), leadTo(right))]);
    }
    const other = net.index(5, "x", SPEC);
    for (const text of words) expect((await other.lookup(word(text))).values).toEqual([leadTo(text)]);
  });
});
