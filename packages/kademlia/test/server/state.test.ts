import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StateFileError } from "../../src/errors/index.ts";
import { parsePythonState, parseState, type ServerState, stringifyState } from "../../src/server/index.ts";
import { Float, PackedValue } from "../../src/value/index.ts";
import { idOf } from "../support/ids.ts";
import { bytesOf } from "../support/vectors.ts";

const state: ServerState = {
  id: idOf("own"),
  k: 20,
  alpha: 3,
  neighbours: [
    { host: "10.0.0.1", port: 8468 },
    { host: "2001:db8::1", port: 8469 },
  ],
  publications: [{ key: idOf("a"), value: PackedValue.pack(new Float(1)), publishedAt: 1, republishAt: 2 }],
  pairs: [{ key: idOf("b"), value: PackedValue.pack("text"), publishedAt: 1, expiresAt: 2, replicateAt: 3 }],
};

describe("a state", () => {
  it("comes back from its text as it was", () => {
    expect(parseState(stringifyState(state))).toEqual(state);
  });

  it("is refused with the reason when something in it is wrong", () => {
    const text = stringifyState(state);
    for (const broken of [
      "",
      "{}",
      "null",
      "[]",
      text.replace("hashmere-kademlia", "other"),
      text.replace('"k": 20', '"k": "20"'),
      text.replace('"version": 1', '"version": 2'),
      text.slice(0, -20),
      text.replace(/"value": "[^"]*"/, '"value": "wA=="'),
    ]) {
      expect(() => parseState(broken), broken.slice(0, 40)).toThrow(StateFileError);
    }
  });
});

const pickles: Record<string, string> = JSON.parse(
  readFileSync(new URL("../vectors/python-state.json", import.meta.url), "utf8"),
);
const pickle = (name: string) => bytesOf(pickles[name] ?? "");

describe("a state of the Python library", () => {
  it.each(["protocol4", "protocol5"])("is read: %s", (name) => {
    expect(parsePythonState(pickle(name))).toMatchObject({
      k: 20,
      alpha: 3,
      neighbours: [
        { host: "127.0.0.1", port: 8469 },
        { host: "10.0.0.7", port: 8468 },
      ],
    });
    expect(parsePythonState(pickle(name)).id.hex).toBe("000102030405060708090a0b0c0d0e0f10111213");
    expect(parsePythonState(pickle("empty")).neighbours).toEqual([]);
    expect(parsePythonState(pickle("one")).neighbours).toEqual([{ host: "h", port: 1 }]);
  });

  it.each(["calls_a_function", "protocol0", "list", "set"])("is refused when it is something else: %s", (name) => {
    expect(() => parsePythonState(pickle(name))).toThrow(StateFileError);
  });

  it("damaged in any way is refused or read, and nothing else happens", () => {
    const good = pickle("protocol4");
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (index, byte, length) => {
        const damaged = good.slice(0, length);
        damaged[index] = byte;
        try {
          parsePythonState(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(StateFileError);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
