import { describe, expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { Writer } from "../../src/msgpack/index.ts";
import { type TestNode, Testnet } from "../../src/testnet/index.ts";
import { Value, ValueTypeRegistry } from "../../src/value/index.ts";
import { decodeValues } from "../../src/wire/index.ts";

const key = InfoHash.get("key");

function loneNode(types?: ValueTypeRegistry): { net: Testnet; node: TestNode } {
  const net = new Testnet({ config: { types } });
  const node = net.spawnOne();
  return { net, node };
}

describe("C, what is saved:", () => {
  test("C2: a value imported with a time of an unknown clock is exported with wall clock times", async () => {
    const { net, node } = loneNode();
    await net.advance(1.5);
    const value = new Value({ id: 7n, data: Uint8Array.of(1) });
    const old = new Writer();
    old.arrayHeader(1);
    old.arrayHeader(2);
    old.uint(123_456_789);
    old.raw(value.getPacked());
    node.dht.importValues([{ key, blob: old.finish() }]);
    const [exported] = node.dht.exportValues();
    expect(exported?.key).toEqual(key);
    // One element, which has four members; the first is a timestamp extension of eight bytes.
    expect([...(exported?.blob.subarray(0, 4) ?? [])]).toEqual([0x91, 0x94, 0xd7, 0xff]);
    const [first] = decodeValues(exported?.blob ?? new Uint8Array());
    expect(Math.abs((first?.created ?? 0) - node.wallClock)).toBeLessThan(5000);
    expect(first?.expires).toBeGreaterThan(first?.created ?? 0);
  });

  test("C3: the end of a value's life survives export and import, even where its type isn't known", async () => {
    const types = new ValueTypeRegistry();
    types.registerInsecure({ id: 200, name: "brief", expirationMs: 2000 });
    const first = loneNode(types);
    first.node.dht.put(key, new Value({ id: 7n, type: 200 }));
    const saved = first.node.dht.exportValues();
    const second = loneNode();
    second.node.dht.importValues(saved);
    expect(second.node.dht.exportValues()).toHaveLength(1);
    await second.net.advance("3s");
    expect(second.node.local(key)).toEqual([]);
    expect(second.node.dht.exportValues()).toEqual([]);
  });
});
