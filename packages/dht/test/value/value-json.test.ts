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

  test("may have its id as a number; what is no id is 0", () => {
    expect(Value.fromJSON({ id: 5 }).id).toBe(5n);
    for (const id of ["", "x", "-1", "18446744073709551616", -1, 1.5]) expect(Value.fromJSON({ id }).id).toBe(0n);
  });

  test("may end its owner's PEM with a NUL, as older versions write it", () => {
    const owner = new Uint8Array(60).fill(1);
    const json = new Value({ owner, signature: owner }).toJSON();
    expect(Value.fromJSON({ ...json, owner: `${json.owner}\0` }).owner).toEqual(owner);
  });

  test("of the wrong types is refused, with the field's name", () => {
    const parse = (json: string) => () => Value.fromJSON(JSON.parse(json));
    expect(parse('{"data": 5}')).toThrow(/"data".* must be a string/);
    expect(parse('{"data": "not base64!"}')).toThrow(/"data".* must be base64/);
    expect(parse('{"type": "5"}')).toThrow(/"type".* must be a number/);
    expect(parse('{"type": 65536}')).toThrow(RangeError);
    expect(parse("null")).toThrow(TypeError);
  });
});
