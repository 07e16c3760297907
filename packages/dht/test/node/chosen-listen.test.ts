import { describe, expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { createTestnet } from "../../src/testnet/index.ts";
import { type Filter, Query, Value, ValueTypeRegistry, type Where } from "../../src/value/index.ts";

const key = InfoHash.get("status");
const LIFE_MS = 60_000;
const editable = { id: 200, name: "status", expirationMs: LIFE_MS, editPolicy: () => true };

function status(text: string, seq: number): Value {
  const data = new TextEncoder().encode(text);
  // Only what has an owner travels with its sequence number.
  const signed = { owner: Uint8Array.of(1), signature: Uint8Array.of(2) };
  return new Value({ id: 5n, type: editable.id, seq, userType: text, data, ...signed });
}

async function listening(choice: { where?: Where; filter?: Filter }, nodes = 12) {
  const types = new ValueTypeRegistry();
  types.register(editable);
  const net = await createTestnet({ nodes, latency: 5, seed: 3, config: { types } });
  const events: string[] = [];
  const listen = net.node(2).dht.listen(key, {
    ...choice,
    onValues: (values, expired) => void events.push(...values.map((each) => (expired ? "-" : "+") + each.text())),
  });
  await net.advance("2s");
  const put = async (text: string, seq: number) => {
    await net.node(7).put(key, status(text, seq));
    await net.advance("2s");
  };
  return { net, events, listen, put };
}

for (const [by, choice] of [
  ["a filter", { filter: (value: Value) => value.text() === "online" }],
  ["conditions", { where: Query.parse("WHERE user_type=online").where }],
] as const) {
  describe(`a listener that chooses by ${by}`, () => {
    test("is told that a value is gone when it no longer fits, or has ended, whatever it had become", async () => {
      const { net, events, listen, put } = await listening(choice);
      await put("online", 0);
      expect([events, listen.values.length]).toEqual([["+online"], 1]);
      await put("offline", 1);
      await net.advance("3m");
      expect([events, listen.values.length]).toEqual([["+online", "-offline"], 0]);
    });

    test("is told when its node closes of what fits, and of nothing else", async () => {
      const { net, events, put } = await listening(choice);
      await put("online", 0);
      net.node(2).dht.close();
      expect(events).toEqual(["+online", "-online"]);
    });
  });
}

test("a listener is shown a value that comes to fit, and again when it does so a second time", async () => {
  const { net, events, put } = await listening({ filter: (value) => value.text() === "online" });
  for (const [seq, text] of ["offline", "online", "offline", "online"].entries()) await put(text, seq);
  await net.advance("3m");
  expect(events).toEqual(["+online", "-offline", "+online", "-online"]);
});
