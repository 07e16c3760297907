import { readFileSync } from "node:fs";
import { InfoHash, Value } from "@hashmere/dht/engine";
import { Writer } from "@hashmere/dht/msgpack";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeProxyState, encodeProxyState, type SavedPut, STATE_SLICE_BYTES } from "../../src/server/index.ts";
import { encodedState } from "../support/encoded-state.ts";

const KEY = InfoHash.get("key");
const PHONE = { token: "TK", clientId: "cid", sessionId: "S1", platform: "android", topic: "" } as const;
const PUT: SavedPut = {
  key: KEY,
  value: new Value({ id: 77n, data: new TextEncoder().encode("perm") }),
  target: { token: "", clientId: "", sessionId: "", platform: "none", topic: "" },
  endsAt: 1_795_326_768_000,
};

describe("the state file", () => {
  test("comes back as it was", () => {
    const state = {
      puts: [PUT, { ...PUT, value: PUT.value.withId(78n), target: PHONE }],
      subscriptions: [{ key: KEY, target: { ...PHONE, platform: "unifiedpush", topic: "tt" } as const, endsAt: 5_000 }],
    };
    expect(decodeProxyState(encodedState(state))).toEqual(state);
  });

  test("without anything is what a real proxy writes", () => {
    expect(Buffer.from(encodedState({ puts: [], subscriptions: [] })).toString("latin1")).toBe(
      "\x82\xa4puts\x80\xadpushListeners\x80",
    );
  });

  test("is encoded in slices of bounded size, and holds what there was at the first", () => {
    const puts = Array.from({ length: 2_000 }, (_, index) => ({
      ...PUT,
      value: bigValue(BigInt(index + 1)),
      key: InfoHash.get(`${index >> 3}`),
    }));
    const subscriptions = Array.from({ length: 3_000 }, (_, index) => ({
      key: InfoHash.get(`${index % 50}`),
      target: { ...PHONE, token: `token ${index >> 9}` },
      endsAt: 5_000,
    }));
    const encoding = encodeProxyState({ puts, subscriptions });
    const slices: Uint8Array[] = [];
    for (const slice of encoding) {
      slices.push(slice);
      puts.length = 0; // what comes and goes meanwhile is for the next time
      subscriptions.length = 0;
    }
    expect(slices.length).toBeGreaterThan(30);
    const lengths = slices.map(({ length }) => length);
    expect(Math.max(...lengths)).toBeLessThan(STATE_SLICE_BYTES + 2_000);
    const read = decodeProxyState(Buffer.concat(slices));
    expect(read?.puts.length).toBe(2_000);
    expect(read?.subscriptions.length).toBe(3_000);
  });

  test("of a real proxy is read", () => {
    // As recorded: maps inside arrays of one, binary keys, what is empty left out.
    const value = (id: number) => map(["id", id], ["dat", map(["body", map(["type", 0], ["data", bytes("perm")])])]);
    const end = PUT.endsAt / 1000;
    const phone: Member[] = [
      ["cid", "cid"],
      ["sid", "S1"],
      ["t", 1],
      ["token", "TK"],
    ];
    const puts = map(
      [77, map(["value", value(77)], ["exp", end])],
      [78, map(["value", value(78)], ["exp", end], ...phone)],
    );
    const listener = map(["cid", "cid"], ["exp", end], ["sid", "S1"], ["t", 2], ["top", "tt"]);
    const file = packed(
      map(["puts", map([KEY.bytes, [puts]])], ["pushListeners", map(["TK", [map([KEY.bytes, [listener]])]])]),
    );
    expect(decodeProxyState(file)).toEqual({
      puts: [PUT, { ...PUT, value: PUT.value.withId(78n), target: PHONE }],
      subscriptions: [{ key: KEY, target: { ...PHONE, platform: "ios", topic: "tt" }, endsAt: PUT.endsAt }],
    });
  });

  test("that OpenDHT 2.4.12 has written is read, and written again with all that is in it", () => {
    const hex = readFileSync(new URL("../vectors/state-of-2.4.12.hex", import.meta.url), "utf8").trim();
    const state = decodeProxyState(Buffer.from(hex, "hex"));
    expect(state?.puts.map(({ value }) => [value.id, value.type, value.priority, value.text()])).toEqual([
      [77n, 0, 0, "perm"],
      [78n, 3, 2, "perm"],
    ]);
    const phone = { token: "TK", clientId: "cid", sessionId: "S1" };
    expect(state?.puts[1]?.target).toEqual({ ...phone, platform: "android", topic: "tp" });
    expect(state?.subscriptions).toMatchObject([{ target: { ...phone, platform: "ios", topic: "tt" } }]);
    const ours = encodedState(state ?? { puts: [], subscriptions: [] });
    expect([ours.length, decodeProxyState(ours)]).toEqual([hex.length / 2, state]);
  });

  test("that is cut or changed never makes it fail", () => {
    const whole = encodedState({ puts: [PUT], subscriptions: [] });
    for (let length = 0; length < whole.length; length++)
      expect(decodeProxyState(whole.subarray(0, length))).toBeUndefined();
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
        const changed = Uint8Array.from(whole);
        changed[at] = byte;
        decodeProxyState(changed);
      }),
    );
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void decodeProxyState(bytes)));
  });
});

function bigValue(id: bigint): Value {
  return new Value({ id, data: new Uint8Array(1_000) });
}

type Packable = number | string | Uint8Array | readonly Packable[] | PackableMap;
type Member = readonly [Packable, Packable];
interface PackableMap {
  readonly members: readonly Member[];
}

function map(...members: Member[]): PackableMap {
  return { members };
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function packed(value: Packable): Uint8Array {
  const writer = new Writer();
  write(writer, value);
  return writer.finish();
}

function write(writer: Writer, value: Packable): void {
  if (typeof value === "number") writer.uint(value);
  else if (typeof value === "string") writer.text(value);
  else if (value instanceof Uint8Array) writer.bin(value);
  else if ("members" in value) {
    writer.mapHeader(value.members.length);
    for (const [name, member] of value.members) {
      write(writer, name);
      write(writer, member);
    }
  } else {
    writer.arrayHeader(value.length);
    for (const part of value) write(writer, part);
  }
}
