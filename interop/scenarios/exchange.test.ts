import { Value } from "@hashmere/dht";
import { describe, expect, test } from "vitest";
import { endpointOf } from "../peers/interop-peer.ts";
import { OurNode } from "../peers/our-node.ts";
import { MIXED_PAIRS, PAIRS_WITH_IDS, Stage } from "../peers/stage.ts";
import { textOf, textsOf, word } from "../peers/values.ts";

// Values from one node to the other: put, get, listen.

describe.each(MIXED_PAIRS)("%s and %s", (first, second) => {
  test("a value put by the one that joined is got by the one that was there", async () => {
    await using stage = new Stage();
    const [a, b] = await stage.pair(first, second);
    const put = await b.put("123", word("hey"));
    expect(put.ok).toBe(true);
    const got = await a.get("123");
    expect(got.ok).toBe(true);
    expect(got.values).toMatchObject([{ id: put.id, userType: "text/plain" }]);
    expect(textOf(got.values[0])).toBe("hey");
  });

  test("a value put by the one that was there is got by the one that joined", async () => {
    await using stage = new Stage();
    const [a, b] = await stage.pair(first, second);
    await expect(b.get("warm-up")).resolves.toMatchObject({ ok: true }); // both know each other now
    expect((await a.put("123", word("hey"))).ok).toBe(true);
    expect(textsOf((await b.get("123")).values)).toEqual(["hey"]);
  });

  test("a put right after the bootstrap does not race with it", async () => {
    await using stage = new Stage();
    const a = await stage.start(first);
    const b = await stage.start(second, { bootstrap: { host: "127.0.0.1", port: a.port } });
    expect((await b.put("early", word("bird"))).ok).toBe(true);
    expect(textsOf((await a.get("early")).values)).toEqual(["bird"]);
  });

  test("a listener hears what the other puts, once, and nothing after it ended", async () => {
    await using stage = new Stage();
    const [a, b] = await stage.pair(first, second);
    const listener = await a.listen("news");
    await b.put("news", word("first"));
    await b.put("news", word("second"));
    await listener.waitFor(({ value }) => textOf(value) === "second", "the second value");
    expect(listener.events.map(({ value, expired }) => [textOf(value), expired])).toEqual([
      ["first", false],
      ["second", false],
    ]);
    await listener.cancel();
    await b.put("news", word("third"));
    expect(listener.events).toHaveLength(2);
  });

  test("a listener that joined hears what was there before and what is put after", async () => {
    await using stage = new Stage();
    const [a, b] = await stage.pair(first, second);
    await a.put("news", word("before"));
    const listener = await b.listen("news");
    await listener.waitFor(({ value }) => textOf(value) === "before", "the value that was there");
    await a.put("news", word("after"));
    await listener.waitFor(({ value }) => textOf(value) === "after", "the value that came");
    expect(listener.events.filter(({ expired }) => expired)).toEqual([]);
  });

  test("57,344 bytes in parts, put by either, are got and heard by the other", async () => {
    await using stage = new Stage();
    const [a, b] = await stage.pair(first, second);
    const large = (letter: string): string => letter.repeat(57_344);
    const listener = await a.listen("large");
    expect((await b.put("large", word(large("b")))).ok).toBe(true);
    await listener.waitFor(({ value }) => textOf(value) === large("b"), "the large value");
    expect(textsOf((await a.get("large")).values)).toEqual([large("b")]);
    expect((await a.put("large-too", word(large("a")))).ok).toBe(true);
    expect(textsOf((await b.get("large-too")).values)).toEqual([large("a")]);
  });
});

describe.each(["dhtnode", "python"] as const)("ours joined to %s", (kind) => {
  test("puts the same value twice at once: it is there once", async () => {
    await using stage = new Stage();
    const real = await stage.start(kind);
    const ours = stage.use(await OurNode.start({ network: stage.network, bootstrap: endpointOf(real) }));
    const value = new Value({ id: 42n, data: Buffer.from("hey") });
    const puts = await Promise.all([ours.runner.put("123", value), ours.runner.put("123", value)]);
    expect(puts.map(({ ok }) => ok)).toEqual([true, true]);
    expect((await real.get("123")).values).toMatchObject([{ id: 42n, size: 3 }]);
  });

  test("puts two values with one id at once: the second wins and the first is told", async () => {
    await using stage = new Stage();
    const real = await stage.start(kind);
    const ours = stage.use(await OurNode.start({ network: stage.network, bootstrap: endpointOf(real) }));
    const puts = await Promise.all([
      ours.put("123", { ...word("one"), id: 42n }),
      ours.put("123", { ...word("two"), id: 42n }),
    ]);
    expect(puts.map(({ ok }) => ok)).toEqual([false, true]);
    expect(textsOf((await real.get("123")).values)).toEqual(["two"]);
  });
});

describe.each(PAIRS_WITH_IDS)("%s and %s, with ids of their choice", (first, second) => {
  test("unsigned values in conflict: each node keeps its own, a get on either finds both", async () => {
    await using stage = new Stage();
    const [a, b] = await stage.pair(first, second);
    await expect(b.get("warm-up")).resolves.toMatchObject({ ok: true }); // both know each other now
    expect((await a.put("k", { ...word("x"), id: 9n })).ok).toBe(true);
    expect((await b.put("k", { ...word("y"), id: 9n })).ok).toBe(true);
    expect(textsOf((await a.get("k")).values)).toEqual(["x", "y"]);
    expect(textsOf((await b.get("k")).values)).toEqual(["x", "y"]);
  });

  test("bytes of every value, type and user type arrive as they were", async () => {
    await using stage = new Stage();
    const [a, b] = await stage.pair(first, second);
    const data = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    await b.put("bytes", { data, id: 2n ** 64n - 1n, type: 4_242, userType: "application/x-bytes" });
    const [value] = (await a.get("bytes")).values;
    expect(value).toMatchObject({ id: 2n ** 64n - 1n, userType: "application/x-bytes", size: 256 });
    expect(Uint8Array.from(value?.data ?? [])).toEqual(data);
  });
});
