import { encode } from "@msgpack/msgpack";
import fc from "fast-check";
import { expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { literal, mapOf, toHex, Writer } from "../../src/msgpack/index.ts";

function written(write: (writer: Writer) => void): string {
  const writer = new Writer();
  write(writer);
  return toHex(writer.finish());
}

test("integers take the shortest unsigned form", () => {
  const forms = [
    [0, "00"],
    [127, "7f"],
    [128, "cc80"],
    [255, "ccff"],
    [256, "cd0100"],
    [65_535, "cdffff"],
    [65_536, "ce00010000"],
    [2 ** 32 - 1, "ceffffffff"],
    [2 ** 32, "cf0000000100000000"],
    [2 ** 53 - 1, "cf001fffffffffffff"],
  ] as const;
  for (const [value, hex] of forms) {
    expect(written((writer) => writer.uint(value))).toBe(hex);
    expect(written((writer) => writer.uint64(BigInt(value)))).toBe(hex);
  }
  expect(written((writer) => writer.uint64(2n ** 64n - 1n))).toBe("cfffffffffffffffff");
});

test("everything else is what the common encoder writes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => {
      expect(written((writer) => writer.text(text))).toBe(toHex(encode(text)));
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(written((writer) => writer.bin(bytes))).toBe(toHex(encode(bytes)));
    }),
  );
  for (const length of [0, 15, 16, 65_535, 65_536]) {
    const array = toHex(encode(new Array(length).fill(0)));
    expect(array.startsWith(written((writer) => writer.arrayHeader(length)))).toBe(true);
    const map = toHex(encode(Object.fromEntries(Array.from({ length }, (_, index) => [index, 0]))));
    expect(map.startsWith(written((writer) => writer.mapHeader(length)))).toBe(true);
  }
  expect(written((writer) => writer.bin(new Uint8Array(65_536))).slice(0, 10)).toBe("c600010000");
  expect(written((writer) => writer.text("x".repeat(65_536))).slice(0, 10)).toBe("db00010000");
});

test("an id is bin of 20 bytes", () => {
  const id = InfoHash.get("id");
  expect(written((writer) => writer.infoHash(id))).toBe(`c414${id}`);
});

test("a message that meets the end of its slab is whole, wherever it meets it", () => {
  const id = InfoHash.get("id");
  const write = (writer: Writer) => {
    writer.mapHeader(1);
    writer.infoHash(id);
    writer.uint(1);
    writer.uint(300);
    writer.uint(70_000);
    writer.uint64(2n ** 63n);
    writer.text("text");
    writer.text("tëxt");
    writer.bin(new Uint8Array(20).fill(7));
    writer.boolean(true);
    writer.word(5);
    writer.uint16(5);
    writer.hashBytes(id);
  };
  const expected = written(write);
  for (let room = 0; room < expected.length / 2 + 2; room++) {
    const writer = new Writer(room);
    write(writer);
    expect(toHex(writer.finish())).toBe(expected);
  }
});

test("what was handed out is never written again", () => {
  const writer = new Writer(64);
  const messages: Uint8Array[] = [];
  for (let i = 0; i < 100; i++) {
    writer.bin(new Uint8Array(10).fill(i));
    messages.push(writer.finish());
  }
  for (const [i, message] of messages.entries()) expect(toHex(message)).toBe(toHex(encode(new Uint8Array(10).fill(i))));
});

test("a message that was begun and left is forgotten", () => {
  const writer = new Writer();
  writer.text("left");
  writer.begin();
  writer.uint(5);
  expect(toHex(writer.finish())).toBe("05");
});

test("a message larger than a slab is written all the same", () => {
  const writer = new Writer();
  for (let i = 0; i < 5; i++) writer.bin(new Uint8Array(60_000).fill(i));
  expect(writer.finish()).toHaveLength(5 * 60_003);
});

test("a literal is packed once", () => {
  expect(toHex(literal("a", mapOf(1), "id"))).toBe("a16181a26964");
});
