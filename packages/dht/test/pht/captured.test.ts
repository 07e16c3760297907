import { describe, expect, test } from "vitest";
import {
  bytes,
  fromHex,
  hex,
  number,
  text,
  texts,
  type Vector,
  vector,
  vectorsUnder,
} from "../../../crypto/test/vectors.ts";
import { InfoHash } from "../../src/id/index.ts";
import { Prefix } from "../../src/pht/index.ts";
import { IndexValues } from "../../src/pht/index-entry.ts";
import { splitDepth } from "../../src/pht/index-insert.ts";
import { linearize } from "../../src/pht/index-key.ts";

// How OpenDHT lays out the tree, captured from it.

const named = (vectors: readonly Vector[]) => vectors.map((each) => [each.name, each] as const);

function record(fields: Vector["inputs"], name: string): Record<string, unknown> {
  const value = fields[name];
  if (typeof value !== "object" || value === null) throw new Error(`no record ${name}`);
  return { ...value };
}

describe("keys", () => {
  test.each(named(vectorsUnder("pht/linearize/")))("%s", (_, { inputs, output }) => {
    const spec = Object.fromEntries(
      Object.entries(record(inputs, "key_spec")).map(([name, size]) => [name, Number(size)]),
    );
    const key = Object.fromEntries(
      Object.entries(record(inputs, "key_hex")).map(([name, value]) => [name, fromHex(String(value))]),
    );
    const prefix = linearize(spec, key);
    expect([prefix.size, hex(prefix.content)]).toEqual([number(output, "prefix_bits"), text(output, "content_hex")]);
    texts(output, "hash_of_prefix_by_length").forEach((hash, size) => {
      expect(prefix.first(size).key.toString()).toBe(hash);
    });
  });

  test.each([{ a: "1" }, { a: "1", b: "12", c: "" }, { a: "1", b: "123" }, { a: "1", c: "1" }])(
    "that do not fit the index are refused: %o",
    (fields) => {
      const key = Object.fromEntries(
        Object.entries(fields).map(([name, value]) => [name, new TextEncoder().encode(value)]),
      );
      expect(() => linearize({ a: 1, b: 2 }, key)).toThrow(expect.objectContaining({ code: "ERR_INDEX_KEY" }));
    },
  );
});

test.each(named(vectorsUnder("pht/prefix/")))("%s and its sibling", (_, { inputs, output }) => {
  const content = bytes(inputs, "content_hex");
  const prefix = new Prefix(content, content.length * 8).first(number({ ...output, ...inputs }, "bits"));
  expect(hex(prefix.content)).toBe(text(output, "prefix_content_hex"));
  expect(prefix.key.toString()).toBe(text(output, "hash"));
  expect(hex(prefix.sibling.content)).toBe(text(output, "sibling_content_hex"));
  expect(prefix.sibling.key.toString()).toBe(text(output, "sibling_hash"));
});

test("an entry, and the mark of a node", () => {
  const { inputs, output } = vector("pht/entry");
  const values = new IndexValues(text(inputs, "index"));
  const entry = {
    prefix: bytes(inputs, "prefix_hex"),
    value: { hash: InfoHash.fromHex(text(inputs, "value_hash")), id: BigInt(text(inputs, "value_id")) },
  };
  const value = values.encode(entry);
  expect(hex(value.data)).toBe(text(output, "data_hex"));
  expect(value).toMatchObject({ type: number(output, "type"), userType: text(output, "user_type") });
  expect(values.decode(value)).toEqual(entry);
  expect(values.canary()).toMatchObject({ userType: text(output, "canary_user_type"), data: new Uint8Array(0) });
  expect(values.isCanary(values.canary())).toBe(true);
  expect(values.isCanary(value)).toBe(false);
});

test.each(["", "01", "c402abcd", "81a6707265666978c402abcd", "82a6707265666978c402abcda576616c756592c40100 2a"])(
  "what is no entry is none: %s",
  (data) => {
    const values = new IndexValues("x");
    const value = values.canary().withData(fromHex(data.replaceAll(" ", "")));
    expect(values.decode(value)).toBeUndefined();
  },
);

test("a leaf is split where the new entry parts from those that are there", () => {
  const { inputs, output } = vector("pht/split-location");
  expect(splitDepth(bytes(inputs, "compared_hex"), texts(inputs, "others_hex").map(fromHex))).toBe(
    number(output, "bits"),
  );
  expect(splitDepth(Uint8Array.of(1, 2), [Uint8Array.of(1, 2)])).toBe(15);
});
