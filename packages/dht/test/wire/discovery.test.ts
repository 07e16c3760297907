import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toHex } from "../../src/msgpack/index.ts";
import { decodeDhtService, decodeDiscovery, encodeDhtService, encodePublication } from "../../src/wire/index.ts";
import { infoHash, uint16, uint32 } from "../value/arbitraries.ts";
import { Entries, type Packable, pack } from "./pack.ts";
import { ID } from "./queries.ts";

describe("a discovery packet", () => {
  test("names its services in alphabetical order", () => {
    const services = new Map([
      ["jami", pack([1, 2])],
      ["dht", pack({ b: 1 })],
    ]);
    const packet = encodePublication(services);
    expect(toHex(packet)).toBe(toHex(pack({ dht: { b: 1 }, jami: [1, 2] })));
    expect(decodeDiscovery(packet)).toEqual({ kind: "publication", services });
  });

  test("keeps nothing of the bytes that it was read from", () => {
    const bytes = Buffer.from(pack({ dht: [1] }));
    const packet = decodeDiscovery(bytes);
    bytes.fill(0);
    expect(packet).toEqual({ kind: "publication", services: new Map([["dht", pack([1])]]) });
  });

  test("is a question when it is the text q, or that in bin", () => {
    expect(decodeDiscovery(pack("q"))).toEqual({ kind: "query" });
    expect(decodeDiscovery(pack(Uint8Array.of(0x71)))).toEqual({ kind: "query" });
  });

  test("is nothing when it is anything else", () => {
    const others: readonly Packable[] = ["Q", "query", "", 5, [], new Entries([5, "x"]), true];
    for (const other of others) expect(decodeDiscovery(pack(other))).toBeUndefined();
    const whole = pack({ dht: [ID.bytes, 4222, 0] });
    for (let length = 0; length < whole.length; length++) {
      expect(decodeDiscovery(whole.subarray(0, length))).toBeUndefined();
    }
  });
});

describe("the DHT's own service", () => {
  test("comes back as it went", () => {
    fc.assert(
      fc.property(infoHash, uint16, uint32, (id, port, network) => {
        expect(decodeDhtService(encodeDhtService({ id, port, network }))).toEqual({ id, port, network });
      }),
    );
  });

  test("is an id, a port and a network, and whatever later versions add", () => {
    expect(decodeDhtService(pack([ID.bytes, 1, 2, "more"]))).toEqual({ id: ID, port: 1, network: 2 });
    const others: readonly Packable[] = [[ID.bytes, 1], [`${ID}`, 1, 2], [ID.bytes, 65_536, 2], [ID.bytes, 1, "2"], {}];
    for (const other of others) expect(decodeDhtService(pack(other))).toBeUndefined();
  });
});
