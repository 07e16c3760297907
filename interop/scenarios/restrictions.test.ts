import type { FieldValues } from "@hashmere/dht";
import { describe, expect, test } from "vitest";
import { Dhtnode } from "../peers/dhtnode.ts";
import { endpointOf } from "../peers/interop-peer.ts";
import { OurNode } from "../peers/our-node.ts";
import { MIXED_PAIRS, PAIRS_WITH_IDS, Stage } from "../peers/stage.ts";
import { textsOf, word } from "../peers/values.ts";

// Queries: the other node gives only what was asked for.

describe.each(MIXED_PAIRS)("%s and %s", (first, second) => {
  test("a get restricted to an id yields that value, to an unused id nothing, and both succeed", async () => {
    await using stage = new Stage();
    const [a, b] = await stage.pair(first, second);
    const { id } = await b.put("k", word("one"));
    await b.put("k", word("two"));
    expect(textsOf((await a.get("k", `WHERE id=${id}`)).values)).toEqual(["one"]);
    expect(await a.get("k", "WHERE id=4711")).toEqual({ ok: true, values: [] });
  });
});

describe.each(PAIRS_WITH_IDS)("%s and %s, with types of their choice", (first, second) => {
  test("a get restricted to a user type or a value type yields only what fits", async () => {
    await using stage = new Stage();
    const [a, b] = await stage.pair(first, second);
    const put = (text: string, type: number, userType: string): Promise<unknown> =>
      b.put("k", { data: Buffer.from(text), type, userType });
    await put("plain", 0, "text/plain");
    await put("html", 0, "text/html");
    await put("typed", 4_242, "text/plain");
    expect(textsOf((await a.get("k", "WHERE user_type=text/html")).values)).toEqual(["html"]);
    expect(textsOf((await a.get("k", "WHERE value_type=4242")).values)).toEqual(["typed"]);
    expect(textsOf((await a.get("k", "WHERE value_type=0,user_type=text/plain")).values)).toEqual(["plain"]);
  });
});

test("dhtnode reads fields of values that we hold", async () => {
  await using stage = new Stage();
  const ours = stage.use(await OurNode.start({ network: stage.network }));
  const real = stage.use(await Dhtnode.start({ network: stage.network, bootstrap: endpointOf(ours) }));
  await ours.put("k", { ...word("v"), id: 9n });
  expect(await real.query("k", "SELECT id,user_type WHERE id=9")).toEqual({
    ok: true,
    fields: ["Index[Id:9,UserType:text/plain]"],
  });
});

test("we read fields of values that dhtnode holds, exactly those that we asked for", async () => {
  await using stage = new Stage();
  const real = stage.use(await Dhtnode.start({ network: stage.network }));
  const ours = stage.use(await OurNode.start({ network: stage.network, bootstrap: endpointOf(real) }));
  const { id } = await real.put("k", word("v"));
  const fields: FieldValues[] = [];
  const stream = ours.runner.query("k", `SELECT id,user_type WHERE id=${id}`);
  for await (const answer of stream) fields.push(answer);
  expect(fields).toEqual([{ id, userType: "text/plain" }]);
  expect((await stream.done).ok).toBe(true);
});

test("a listener with a restriction hears only what fits", async () => {
  await using stage = new Stage();
  const real = stage.use(await Dhtnode.start({ network: stage.network }));
  const ours = stage.use(await OurNode.start({ network: stage.network, bootstrap: endpointOf(real) }));
  const listener = await real.listen("k", "WHERE user_type=text/plain");
  await ours.put("k", { data: Buffer.from("other"), userType: "text/other" });
  await ours.put("k", word("wanted"));
  await listener.waitFor(() => true, "the value that fits");
  expect(textsOf(listener.events.map(({ value }) => value))).toEqual(["wanted"]);
});
