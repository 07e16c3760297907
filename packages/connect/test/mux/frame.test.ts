import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeFrame } from "../../src/mux/frame.ts";
import { captured } from "../support/captured-mux.ts";
import { FrameCollector } from "./raw-peer.ts";

describe("frames of real peers", () => {
  test.each(captured.map((frame) => [frame.hex.slice(0, 44), frame] as const))(
    "%s is read, and written the same",
    (_, { bytes, channel, length }) => {
      const [frame] = decode([bytes]).frames;
      expect(frame?.channel).toBe(channel);
      expect(frame?.length).toBe(length);
      expect(encodeFrame(channel, frame?.data ?? Buffer.alloc(0)).equals(bytes)).toBe(true);
    },
  );
});

describe("any frames", () => {
  const frame = fc.record({ channel: fc.nat(0xffff), data: fc.uint8Array({ maxLength: 600 }) });

  test("come out as they went in, wherever the stream is cut", () => {
    fc.assert(
      fc.property(fc.array(frame), fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (frames, cuts) => {
        const stream = Buffer.concat(frames.map(({ channel, data }) => encodeFrame(channel, data)));
        const { frames: read } = decode(pieces(stream, cuts));
        expect(read.map(({ channel, data }) => [channel, [...data]])).toEqual(
          frames.map(({ channel, data }) => [channel, [...data]]),
        );
      }),
    );
  });

  test("have the shortest form", () => {
    for (const [channel, length, header] of [
      [0, 0, "9200c400"],
      [0x7f, 255, "927fc4ff"],
      [0x80, 256, "92cc80c50100"],
      [0xff, 65_535, "92ccffc5ffff"],
      [0x100, 1, "92cd0100c401"],
      [0xfffe, 131_072, "92cdfffec600020000"],
    ] as const) {
      const bytes = encodeFrame(channel, new Uint8Array(length));
      expect(bytes.subarray(0, bytes.length - length).toString("hex")).toBe(header);
    }
  });
});

describe("what other encoders may send", () => {
  test.each([
    ["a channel in 32 bits", "92ce00000005c40161"],
    ["a channel in 64 bits", "92cf0000000000000005c40161"],
    ["a channel as signed number", "92d005c40161"],
    ["str for data", "9205a161"],
    ["str of 8, 16 and 32 bits", "9205d90161"],
    ["bin of 32 bits", "9205c60000000161"],
    ["a third element", "9305c4016192c081a178c70301000000"],
    ["an array header of 16 bits", "dc000205c40161"],
  ])("%s is understood", (_, hex) => {
    const { frames, strayObjects } = decode([Buffer.from(hex, "hex"), Buffer.from("9206c400", "hex")]);
    expect(frames.map(({ channel, data }) => [channel, data.toString()])).toEqual([
      [5, "a"],
      [6, ""],
    ]);
    expect(strayObjects).toBe(0);
  });

  test("a frame of 70,000 bytes is read whole", () => {
    const { frames } = decode([Buffer.from("9205c600011170", "hex"), Buffer.alloc(70_000, 1)]);
    expect(frames.map(({ length }) => length)).toEqual([70_000]);
  });

  test.each([
    ["a bare number", "05"],
    ["a map", "82a161920102a16290"],
    ["an empty array", "90"],
    ["an array of one", "9105"],
    ["a channel that is text", "92a135c40161"],
    ["a channel above 65,535", "92ce00010000c40161"],
    ["a negative channel", "92ffc40161"],
    ["data that is a number", "920507"],
    ["data that is an array", "92059105"],
    ["nothing, floats, extensions", "c0ca00000000cb0000000000000000d80100000000000000000000000000000000"],
  ])("%s is stepped over", (_, hex) => {
    const stray = Buffer.from(hex, "hex");
    const stream = Buffer.concat([stray, Buffer.from("9205c40161", "hex")]);
    for (const chunks of [[stream], [...stream].map((byte) => Buffer.of(byte))]) {
      const { frames, strayObjects } = decode(chunks);
      expect(frames.map(({ channel, data }) => [channel, data.toString()])).toEqual([[5, "a"]]);
      expect(strayObjects).toBeGreaterThan(0);
    }
  });
});

function decode(chunks: readonly Buffer[]): FrameCollector {
  const collector = new FrameCollector();
  for (const chunk of chunks) collector.write(chunk);
  return collector;
}

function pieces(stream: Buffer, cuts: readonly number[]): Buffer[] {
  const all: Buffer[] = [];
  for (let offset = 0, turn = 0; offset < stream.length; turn++) {
    const end = offset + (cuts[turn % cuts.length] ?? 1);
    all.push(stream.subarray(offset, end));
    offset = end;
  }
  return all;
}
