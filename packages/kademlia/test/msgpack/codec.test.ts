import { decode, encode } from "@msgpack/msgpack";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MalformedError, Reader, Writer } from "../../src/msgpack/index.ts";
import { bytesOf, hexOf } from "../support/vectors.ts";

const writer = new Writer();
const written = (write: (writer: Writer) => unknown) => {
  write(writer.begin());
  return writer.finish();
};

describe("MessagePack", () => {
  it("is written as another implementation writes it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        expect(hexOf(written((w) => w.text(text)))).toBe(hexOf(encode(text)));
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(hexOf(written((w) => w.bytes(bytes)))).toBe(hexOf(encode(bytes)));
      }),
    );
    fc.assert(
      fc.property(fc.maxSafeInteger(), (integer) => {
        expect(hexOf(written((w) => w.integer(integer)))).toBe(hexOf(encode(integer)));
      }),
    );
  });

  it("has a header for each length of text, bytes and arrays", () => {
    for (const length of [0, 31, 32, 255, 256, 65_535, 65_536]) {
      const text = "a".repeat(length);
      expect(decode(written((w) => w.text(text)))).toBe(text);
      expect(new Reader(written((w) => w.text(text))).text()).toBe(text);
      const bytes = new Uint8Array(length);
      expect(new Reader(written((w) => w.bytes(bytes))).bytes()).toHaveLength(length);
      expect(new Reader(written((w) => w.arrayHeader(length))).arrayHeader()).toBe(length);
    }
  });

  it("reads every 64-bit integer exactly", () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n), (integer) => {
        return BigInt(new Reader(written((w) => w.integer(integer))).integer()) === integer;
      }),
    );
  });

  it("reads floats of both sizes and integers longer than necessary", () => {
    expect(new Reader(bytesOf("ca3fc00000")).float()).toBe(1.5);
    expect(new Reader(bytesOf("cb3ff8000000000000")).float()).toBe(1.5);
    expect(new Reader(bytesOf("cf0000000000000001")).integer()).toBe(1);
    expect(new Reader(bytesOf("d3ffffffffffffffff")).integer()).toBe(-1);
  });

  it("passes over any object, whatever is nested in it", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const reader = new Reader(Buffer.concat([encode(value), Uint8Array.of(0x2a)]));
        reader.skip();
        return reader.integer() === 42;
      }),
    );
    for (const extension of ["d4ff01", "d5010000", "d6010000ffff", "c70105aa", "c8000105aa", "c90000000105aa"]) {
      const reader = new Reader(bytesOf(`${extension}2a`));
      expect(reader.kind).toBe("extension");
      reader.skip();
      expect(reader.integer()).toBe(42);
    }
  });

  it("refuses what ends early, the unused byte and broken UTF-8, and nothing worse happens", () => {
    for (const hex of ["", "c1", "a2c328", "a3ff", "c4", "c405aa", "cf00", "dd", "ddffffffff01", "c6ffffffff", "d9"]) {
      expect(() => new Reader(bytesOf(hex)).skip(), hex).toThrow(MalformedError);
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          new Reader(bytes).skip();
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedError);
        }
      }),
    );
  });

  it("walks a hundred thousand nested arrays without recursion", () => {
    const deep = new Uint8Array(100_000).fill(0x91);
    expect(() => new Reader(deep).skip()).toThrow(MalformedError);
  });
});
