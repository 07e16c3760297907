import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { Value, type ValueJson } from "../../src/value/index.ts";
import { value as anyValue, visible } from "./arbitraries.ts";

describe("a value in JSON", () => {
  test("has its id in decimal and its bytes in base64", () => {
    const value = new Value({
      id: 2n ** 64n - 1n,
      type: 3,
      data: Uint8Array.of(0xff, 0xfe),
      userType: "t",
      priority: 1,
      pushType: "p",
    });
    expect(value.toJSON()).toEqual({ id: "18446744073709551615", type: 3, data: "//4=", utype: "t", prio: 1, pt: "p" });
  });

  test("always has type and data, and of the rest what is there", () => {
    expect(new Value().toJSON()).toEqual({ id: "0", type: 0, data: "" });
  });

  test("tells a signed value's owner in PEM", () => {
    const init = {
      owner: new Uint8Array(60).fill(1),
      signature: Uint8Array.of(1),
      seq: 2,
      recipient: InfoHash.get("me"),
    };
    const json = new Value(init).toJSON();
    expect(json).toMatchObject({ sig: "AQ==", seq: 2, to: `${InfoHash.get("me")}` });
    expect(json.owner).toMatch(
      /^-----BEGIN PUBLIC KEY-----\n[A-Za-z0-9+/=]{64}\n[A-Za-z0-9+/=]+\n-----END PUBLIC KEY-----\n$/,
    );
  });

  test("of an encrypted value is its cypher, without body", () => {
    expect(new Value({ id: 4n, cypher: Uint8Array.of(1), type: 5 }).toJSON()).toEqual({ id: "4", cypher: "AQ==" });
  });

  test("comes back as it went", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const json: ValueJson = JSON.parse(JSON.stringify(value));
        expect(visible(Value.fromJSON(json))).toEqual(visible(value));
      }),
    );
  });

  test("may have its id as a number, or in a text that begins with one; what is no id is 0", () => {
    const ids: [unknown, bigint][] = [
      [5, 5n],
      [1.5, 1n],
      [2n ** 64n - 1n, 2n ** 64n - 1n],
      [true, 1n],
      ["12abc", 12n],
      [" 7", 7n],
      ["0x10", 0n],
      ["-1", 2n ** 64n - 1n],
      ["18446744073709551616", 0n],
      [2n ** 64n, 0n],
      ["", 0n],
      ["x", 0n],
      [-1, 0n],
      [Number.POSITIVE_INFINITY, 0n],
      [null, 0n],
    ];
    for (const [id, expected] of ids) expect(Value.fromJSON({ id: id as string }).id).toBe(expected);
  });

  test("loses what doesn't fit its field, as in OpenDHT", () => {
    const types: [number | null | boolean, number][] = [
      [70000, 4464],
      [3.7, 3],
      [-1, 65535],
      [2 ** 31 - 1, 65535],
      [null, 0],
      [true, 1],
    ];
    for (const [type, expected] of types) expect(Value.fromJSON({ type: type as number }).type).toBe(expected);
  });

  test("may have texts that are none, and priorities that are no integers: they don't count", () => {
    const json = '{"data": 5, "sig": [], "cypher": null, "owner": 7, "to": {}, "utype": 1, "pt": false, "prio": "3"}';
    expect(Value.fromJSON(JSON.parse(json)).toJSON()).toEqual(new Value().toJSON());
    expect(Value.fromJSON({ prio: 1.5 }).priority).toBe(0);
    expect(Value.fromJSON({ to: "no id" }).recipient.isZero()).toBe(true);
  });

  test("may have base64 without padding and with white space", () => {
    for (const data of ["aGk", "aGk=\n", " a G k = "]) expect(Value.fromJSON({ data }).text()).toBe("hi");
  });

  test("loses a signature that has no owner", () => {
    expect(Value.fromJSON({ sig: "AQ==" }).signature).toBeUndefined();
  });

  test("may end its owner's PEM with a NUL, as older versions write it", () => {
    const owner = new Uint8Array(60).fill(1);
    const json = new Value({ owner, signature: owner }).toJSON();
    expect(Value.fromJSON({ ...json, owner: `${json.owner}\0` }).owner).toEqual(owner);
  });

  test("that OpenDHT refuses is refused, with the field's name", () => {
    const parse = (json: string) => () => Value.fromJSON(JSON.parse(json));
    for (const data of ["a-_k", "!!!!"]) expect(() => Value.fromJSON({ data })).toThrow(/"data".* must be base64/);
    for (const type of ['"3"', "2147483648", "-2147483649", "[]"])
      expect(parse(`{"type": ${type}}`)).toThrow(/"type".* must be a number/);
    expect(parse('{"seq": "7"}')).toThrow(/"seq".* must be a number/);
    for (const prio of ["-1", "4294967296"]) expect(parse(`{"prio": ${prio}}`)).toThrow(/"prio".* must be in/);
    expect(parse("null")).toThrow(TypeError);
  });

  test("has its members in the order of their names", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const names = Object.keys(value.toJSON());
        expect(names).toEqual(names.toSorted());
      }),
    );
  });
});
