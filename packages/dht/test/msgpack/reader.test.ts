import { encode } from "@msgpack/msgpack";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { KnownTexts, keyCode, Reader, UNKNOWN_KEY } from "../../src/msgpack/index.ts";

const reader = (object: unknown) => new Reader(encode(object, { useBigInt64: true }));
const raw = (...bytes: readonly number[]) => new Reader(Uint8Array.from(bytes));

describe("integers", () => {
  test("are read whatever their form", () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 52), max: 2 ** 52 }), (value) => {
        expect(new Reader(encode(value)).readInteger()).toBe(value);
      }),
    );
    for (const value of [0, 127, 128, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32]) {
      expect(new Reader(encode(value)).readUint(2 ** 53)).toBe(value);
    }
  });

  test("of 64 bits are exact", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
        expect(reader(value).readUint64()).toBe(value);
      }),
    );
    expect(raw(0xd3, 0, 0, 0, 0, 0, 0, 0, 9).readUint64()).toBe(9n);
    expect(raw(0x05).readUint64()).toBe(5n);
  });

  test("out of range, negative or of another kind fail", () => {
    const failing = [
      [reader(256), 255],
      [reader(-1), 255],
      [reader("1"), 255],
      [reader(1.5), 255],
    ] as const;
    for (const [input, max] of failing) {
      expect([input.readUint(max), input.failed]).toEqual([0, true]);
    }
    const negative = raw(0xd3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
    expect([negative.readUint64(), negative.failed]).toEqual([0n, true]);
  });
});

describe("a failure", () => {
  test("stays: all that is read afterwards is nothing", () => {
    const input = reader(["text", 5, true]);
    input.readArrayLength();
    expect(input.readUint(9)).toBe(0);
    expect([input.readText(), input.readUint(9), input.readBoolean(), input.readMapLength()]).toEqual([
      "",
      0,
      false,
      0,
    ]);
    expect(input.readInfoHash().isZero()).toBe(true);
    expect(input.readBlob()).toHaveLength(0);
    expect(input.readKey()).toBe(UNKNOWN_KEY);
    expect(input.failed).toBe(true);
  });

  test("is forgotten by going back", () => {
    const input = reader(["text", 5]);
    input.readArrayLength();
    const start = input.offset;
    input.readUint(9);
    input.rewind(start);
    input.skip();
    expect([input.readUint(9), input.failed]).toEqual([5, false]);
  });
});

describe("texts and bytes", () => {
  test("are read as they were written, short or long, ASCII or not", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => {
        expect(reader(text).readText()).toBe(text);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(reader(bytes).readBlob()).toEqual(bytes);
        expect(reader([...bytes]).readBlob()).toEqual(bytes);
      }),
    );
    expect(reader(new Uint8Array(70_000)).readBlob()).toHaveLength(70_000);
  });

  test("that aren't UTF-8 are replaced, not refused", () => {
    expect(raw(0xa2, 0xff, 0x61).readText()).toBe("\uFFFDa");
  });

  test("may begin with a byte order mark, which is a character like others", () => {
    for (const text of ["\uFEFFa", `\uFEFF${"long ".repeat(20)}`]) expect(reader(text).readText()).toBe(text);
  });

  test("that are known give the known text", () => {
    const known = new KnownTexts("ping", "pong");
    expect(reader("pong").readText(known)).toBe("pong");
    expect(reader("pang").readText(known)).toBe("pang");
  });

  test("are copied, not shared", () => {
    const bytes = encode(Uint8Array.of(1, 2, 3));
    const blob = new Reader(bytes).readBlob();
    bytes.fill(0);
    expect(blob).toEqual(Uint8Array.of(1, 2, 3));
  });

  test("are copied out of Node's Buffers too, whose own slices share", () => {
    const bytes = Buffer.from(encode([Uint8Array.of(1, 2, 3), new Uint8Array(100).fill(5)]));
    const input = new Reader(bytes);
    input.readArrayLength();
    const copies = [input.copyObject(), input.readBlob()];
    bytes.fill(0);
    expect(copies).toEqual([Uint8Array.of(0xc4, 3, 1, 2, 3), new Uint8Array(100).fill(5)]);
    expect(copies.every((copy) => copy.buffer.byteLength === copy.length)).toBe(true);
  });

  test("an object that isn't all there has no copy", () => {
    const input = raw(0x92, 0x01);
    expect([input.copyObject().length, input.failed]).toEqual([0, true]);
  });

  test("an id is exactly 20 bytes of bin", () => {
    const id = InfoHash.get("id");
    expect(reader(id.bytes).readInfoHash().equals(id)).toBe(true);
    for (const bad of [new Uint8Array(19), new Uint8Array(21), `${id}`, [...id.bytes]]) {
      const input = reader(bad);
      expect([input.readInfoHash().isZero(), input.failed]).toEqual([true, true]);
    }
  });
});

describe("keys", () => {
  test("of different names have different numbers", () => {
    const name = fc.string({ unit: fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz46"), minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(name, name, (a, b) => {
        expect(keyCode(a) === keyCode(b)).toBe(a === b);
        expect(reader(a).readKey()).toBe(keyCode(a));
      }),
    );
  });

  test("that can't be known are unknown, and stepped over", () => {
    for (const key of ["", "toolong", "Id", "n5", "idé", 5, new Uint8Array(2), [1, [2]], null]) {
      const input = new Reader(Uint8Array.of(...encode(key), 0x07));
      expect([input.readKey(), input.readUint(9)]).toEqual([UNKNOWN_KEY, 7]);
    }
  });

  test("of names without a number are a mistake in the program", () => {
    for (const name of ["", "toolong", "Id", "n5"]) expect(() => keyCode(name)).toThrow(RangeError);
  });
});

describe("skipping", () => {
  test("steps over any object exactly", () => {
    const object = fc.anything({
      withBigInt: false,
      withTypedArray: false,
      withDate: false,
      withMap: false,
      withSet: false,
    });
    fc.assert(
      fc.property(object, (value) => {
        const bytes = encode(JSON.parse(JSON.stringify(value ?? null)));
        const input = new Reader(Uint8Array.of(...bytes, 0x2a));
        input.skip();
        expect([input.failed, input.readUint(255)]).toEqual([false, 0x2a]);
      }),
    );
  });

  test.each([
    [
      "extensions",
      [
        [0xd4, 1, 0],
        [0xd5, 1, 0, 0],
        [0xd8, 1, ...new Uint8Array(16)],
        [0xc7, 2, 1, 0, 0],
      ],
    ],
    [
      "large extensions",
      [
        [0xc8, 0, 1, 5, 0],
        [0xc9, 0, 0, 0, 1, 5, 0],
      ],
    ],
    [
      "fractions",
      [
        [0xca, 0, 0, 0, 0],
        [0xcb, 0, 0, 0, 0, 0, 0, 0, 0],
      ],
    ],
    [
      "every size of integer",
      [
        [0xcc, 1],
        [0xcd, 1, 1],
        [0xd0, 1],
        [0xd1, 1, 1],
        [0xd2, 1, 1, 1, 1],
      ],
    ],
  ])("steps over %s", (_, objects) => {
    for (const object of objects) {
      const input = raw(...object, 0x2a);
      input.skip();
      expect([input.failed, input.readUint(255)]).toEqual([false, 0x2a]);
    }
  });

  test("fails at the byte that nothing starts with", () => {
    const input = raw(0xc1);
    input.skip();
    expect(input.failed).toBe(true);
  });
});
