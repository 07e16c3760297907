import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { type FrameSource, SendQueue } from "../../src/mux/send-queue.ts";

const KIB = 1024;
const FRAME = Buffer.alloc(64 * KIB);

/** Endless, like a writer of much. */
const endless: FrameSource = {
  isReady: true,
  writeFrame: (output, flushed) => {
    output.write(FRAME, flushed);
    return FRAME.length;
  },
};

test.each([
  ["a slow path is given 256 KiB at a time", 1_000, 256],
  ["one of 30 MB/s as much as it carries in 20 ms", 256 / 30, 640],
  ["a fast one up to 1 MiB", 0.1, 1_024],
])("%s", (_, msPerFlush, expectedKib) => {
  let now = 0;
  let flush = (): void => {};
  const stream = new Writable({
    highWaterMark: 4 * KIB * KIB,
    write: (_chunk, _encoding, done) => {
      flush = done;
    },
    writev: (_chunks, done) => {
      flush = done;
    },
  });
  const queue = new SendQueue(stream, () => now);
  queue.add(endless);
  expect(stream.writableLength).toBe(256 * KIB);
  now += msPerFlush;
  flush();
  expect(stream.writableLength).toBe(expectedKib * KIB);
});

test("control frames go before all that waits", () => {
  const written: number[] = [];
  let flush = (): void => {};
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      written.push(chunk.length);
      flush = done;
    },
  });
  const queue = new SendQueue(stream, () => 0);
  queue.add(endless);
  queue.sendControl(Buffer.alloc(5));
  expect(queue.unsentControlBytes).toBe(5);
  for (let i = 0; i < 8; i++) flush();
  expect(written.indexOf(5)).toBeLessThanOrEqual(4);
  expect(queue.unsentControlBytes).toBe(0);
});
