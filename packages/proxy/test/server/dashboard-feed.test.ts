import type { StoreMessage } from "@hashmere/dashboard";
import { SockAddr } from "@hashmere/dht";
import { InfoHash } from "@hashmere/dht/engine";
import { describe, expect, test, vi } from "vitest";
import { MAX_VALUES_TOLD } from "../../src/server/dashboard/index.ts";
import { ShownLookup } from "../../src/server/dashboard/shown-lookup.ts";
import { openProxiedNode } from "../support/proxied-node.ts";

/** What a node holds, as a page is told that has just been opened. */
async function firstStoreMessage(url: string): Promise<StoreMessage> {
  const stop = new AbortController();
  const { body } = await fetch(url, { signal: stop.signal });
  let text = "";
  for await (const part of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += part;
    const [, json] = /^data: (\{"kind":"store".*\})\n\n/m.exec(text) ?? [];
    if (json === undefined) continue;
    stop.abort();
    return JSON.parse(json);
  }
  throw new Error("the feed has ended");
}

/** Finds nothing until the test ends it. */
function lasting(ends: (() => void)[]): ReadableStream {
  return new ReadableStream({ start: (controller) => void ends.push(() => controller.close()) });
}

describe("the page's feed", () => {
  test.each([
    [429, { maxWatchersPerClient: 3 }],
    [503, { maxWatchers: 3 }],
  ])(
    "has no more watchers than one client may have, or all together: %d, and room again as they go",
    async (refusal, limits) => {
      await using rig = await openProxiedNode({ limits });
      const stop = new AbortController();
      const watch = async () => (await fetch(rig.url("/dashboard/events"), { signal: stop.signal })).status;
      const statuses = [await watch(), await watch(), await watch(), await watch()];
      expect(statuses).toEqual([200, 200, 200, refusal]);
      stop.abort();
      const again = new AbortController();
      await expect.poll(async () => (await fetch(rig.url("/dashboard/events"), again)).status).toBe(200);
      again.abort();
    },
  );

  test("tells who listens at a key, by id and address, and what this node listens to", async () => {
    await using rig = await openProxiedNode();
    const key = InfoHash.get("room");
    rig.node.listen(key);
    rig.peer.listen(key);
    const named = [{ id: `${rig.peer.nodeId}`, address: `${rig.peer.getBound(4)}` }];
    const told = async () => (await firstStoreMessage(rig.url("/dashboard/events"))).keys;
    await expect
      .poll(told, { timeout: 30_000 })
      .toEqual([{ key: `${key}`, values: [], valueCount: 0, listeners: { own: 1, others: 1, named } }]);
  });

  test("tells the first values of a key, and how many there are", async () => {
    await using rig = await openProxiedNode();
    const key = InfoHash.get("full");
    const count = MAX_VALUES_TOLD + 2;
    await Promise.all(Array.from({ length: count }, (_, index) => rig.peer.put(key, `${index}`)));
    const told = async () => {
      const { keys } = await firstStoreMessage(rig.url("/dashboard/events"));
      return keys.map(({ values, valueCount }) => [values.length, valueCount]);
    };
    await expect.poll(told, { timeout: 30_000 }).toEqual([[MAX_VALUES_TOLD, count]]);
  });

  test.each([
    [429, { maxLookupsPerClient: 2 }],
    [503, { maxLookups: 2 }],
  ])("has no more lookups under way than one client may have, or all together: %d", async (refusal, limits) => {
    await using rig = await openProxiedNode({ limits });
    const ends: (() => void)[] = [];
    vi.spyOn(rig.node, "get").mockImplementation((() => lasting(ends)) as unknown as typeof rig.node.get); // only its end matters
    const lookUp = async () =>
      (await fetch(rig.url("/dashboard/lookup"), { method: "POST", body: '{"key":"k"}' })).status;
    expect([await lookUp(), await lookUp(), await lookUp()]).toEqual([200, 200, refusal]);
    for (const end of ends.splice(0)) end();
    await expect.poll(lookUp).toBe(200);
    for (const end of ends.splice(0)) end();
  });
});

test("a lookup tells who named whom, and leaves out what is not its own", () => {
  const key = InfoHash.get("key");
  const lookup = new ShownLookup("1", key);
  const first = SockAddr.parse("192.0.2.1:1") ?? SockAddr.ipv4(0, 0);
  const second = SockAddr.parse("192.0.2.2:2") ?? SockAddr.ipv4(0, 0);
  const hop = { question: "get", key, family: 4 } as const;
  expect(lookup.steps({ ...hop, event: "asked", address: first }, 5)).toEqual([
    { kind: "hop", lookup: "1", key: `${key}`, step: "asked", at: 5, address: "192.0.2.1:1" },
  ]);
  const id = InfoHash.get("first");
  const nodes = [{ id: InfoHash.get("second"), address: second }];
  expect(lookup.steps({ ...hop, event: "answered", address: first, id, nodes, values: 2 }, 6)).toMatchObject([
    { step: "answered", to: `${id}`, count: 1 },
    { step: "found", to: `${id}`, count: 2 },
  ]);
  expect(lookup.steps({ ...hop, event: "silent", address: second }, 7)).toMatchObject([
    { step: "timeout", to: `${InfoHash.get("second")}`, from: `${id}` },
  ]);
  expect(lookup.steps({ ...hop, event: "asked", address: first, key: InfoHash.get("other") }, 8)).toEqual([]);
  expect(lookup.steps({ ...hop, event: "asked", address: first, question: "listen" }, 8)).toEqual([]);
});
