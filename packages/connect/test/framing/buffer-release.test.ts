import { expect, test } from "vitest";
import { canReleaseBuffers, releaseBuffer } from "../../src/framing/index.ts";

test("a large buffer of its own is freed", () => {
  const bytes = Buffer.alloc(64 * 1024);
  releaseBuffer(bytes);
  expect(bytes.length).toBe(0);
});

test("a part of another one, or a small one, is left alone", () => {
  const whole = Buffer.alloc(64 * 1024);
  const small = Buffer.alloc(1024);
  releaseBuffer(whole.subarray(1));
  releaseBuffer(whole.subarray(0, 32 * 1024));
  releaseBuffer(small);
  expect([whole.length, small.length]).toEqual([64 * 1024, 1024]);
});

test("shared memory is left alone", () => {
  const shared = new Uint8Array(new SharedArrayBuffer(64 * 1024));
  releaseBuffer(shared);
  expect(shared.length).toBe(64 * 1024);
});

test("a stream says whether it can", () => {
  expect(canReleaseBuffers({ releasesBuffers: false })).toBe(true);
  expect(canReleaseBuffers({})).toBe(false);
});
