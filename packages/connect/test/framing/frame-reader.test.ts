import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeFrame, FrameReader, MAX_FRAME_BYTES, splitIntoFrames } from "../../src/framing/index.ts";

/** Frames that begin with 1 are messages. */
function readerOf(log: [kind: "message" | "data", hex: string][]): FrameReader {
  return new FrameReader(4, {
    isMessage: (head) => head[0] === 1,
    onMessage: (message) => log.push(["message", toHex(message)]),
    onData: (data) => {
      const last = log.at(-1);
      if (last?.[0] === "data") last[1] += toHex(data);
      else log.push(["data", toHex(data)]);
    },
  });
}

describe("frames", () => {
  test("come out as they went in, however the stream was cut", () => {
    const frames = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 });
    fc.assert(
      fc.property(frames, fc.array(fc.integer({ min: 1, max: 50 })), (payloads, cuts) => {
        const whole: ["message" | "data", string][] = [];
        const reader = readerOf(whole);
        for (const payload of payloads) reader.push(encodeFrame(payload));

        const stream = Uint8Array.from(payloads.flatMap((payload) => [...encodeFrame(payload)]));
        const pieces: ["message" | "data", string][] = [];
        const cutting = readerOf(pieces);
        for (let at = 0, n = 0; at < stream.length; n++) {
          const end = at + (cuts[n % cuts.length] ?? 1);
          cutting.push(stream.subarray(at, end));
          at = end;
        }
        expect(pieces).toEqual(whole);
        const messages = payloads.filter((payload) => payload[0] === 1).map((payload) => toHex(payload));
        expect(whole.flatMap(([kind, hex]) => (kind === "message" ? [hex] : []))).toEqual(messages);
        const data = payloads.filter((payload) => payload[0] !== 1).map((payload) => toHex(payload));
        expect(whole.flatMap(([kind, hex]) => (kind === "data" ? [hex] : [])).join("")).toBe(data.join(""));
      }),
    );
  });

  test("of no bytes carry nothing", () => {
    const log: ["message" | "data", string][] = [];
    readerOf(log).push(Uint8Array.of(0, 0, 0, 0, 0, 1, 9, 0, 0));
    expect(log).toEqual([["data", "09"]]);
  });

  test("of data pass before they are complete, without a copy", () => {
    const seen: Uint8Array[] = [];
    const reader = new FrameReader(4, {
      isMessage: () => false,
      onMessage: () => {},
      onData: (data) => seen.push(data),
    });
    const chunk = Uint8Array.of(0xff, 0xff, 5, 6, 7, 8, 9);
    reader.push(chunk);
    expect(seen).toEqual([Uint8Array.of(5, 6, 7, 8, 9)]);
    expect(seen[0]?.buffer).toBe(chunk.buffer);
  });

  test("are no longer read after a stop, even in the middle of a chunk", () => {
    const seen: number[] = [];
    const reader: FrameReader = new FrameReader(1, {
      isMessage: () => true,
      onMessage: ([first]) => {
        seen.push(first ?? -1);
        if (first === 2) reader.stop();
      },
      onData: () => {},
    });
    reader.push(Uint8Array.of(0, 1, 1, 0, 1, 2, 0, 1, 3));
    reader.push(Uint8Array.of(0, 1, 4));
    expect(seen).toEqual([1, 2]);
  });

  test("hold at most 65,535 bytes each", () => {
    expect(() => encodeFrame(new Uint8Array(MAX_FRAME_BYTES + 1))).toThrow(RangeError);
    const bytes = new Uint8Array(2 * MAX_FRAME_BYTES + 10).fill(3);
    const parts = splitIntoFrames([bytes.subarray(0, 7), bytes.subarray(7)]);
    expect(parts.map(({ length }) => length)).toEqual([2, 7, 65_528, 2, 65_535, 2, 10]);
    let received = 0;
    const reader = new FrameReader(4, {
      isMessage: () => false,
      onMessage: () => {},
      onData: (data) => {
        received += data.length;
      },
    });
    for (const part of parts) reader.push(part);
    expect(received).toBe(bytes.length);
  });
});

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
