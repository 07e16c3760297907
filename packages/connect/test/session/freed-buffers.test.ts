import { Socket } from "node:net";
import { type Duplex, PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { canReleaseBuffers } from "../../src/framing/index.ts";
import { FramedConnection } from "../../src/session/framed-connection.ts";

const LENGTH = 20_000;
const DATA = Buffer.alloc(LENGTH, "data");

/** A connection whose user, like TLS, copies what it reads. `receive` does what the socket does with what arrives. */
function framedOver(raw: Duplex) {
  const end = { address: "127.0.0.1", port: 0, family: 4 } as const;
  const on = { message: () => {}, closed: () => {} };
  const stream = new FramedConnection({ local: end, remote: end, stream: raw }, on).takeStream();
  if (!canReleaseBuffers(stream)) throw new Error("it can");
  stream.releasesBuffers = true;
  return { stream, receive: (chunk: Buffer) => void raw.emit("data", chunk) };
}

/** In memory of their own, as a socket reads them. */
function joined(...parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const bytes = Buffer.from(new ArrayBuffer(length));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

const HEAD = Uint8Array.of(LENGTH >> 8, LENGTH & 0xff);

function collect(stream: Duplex): Buffer[] {
  const pieces: Buffer[] = [];
  stream.on("data", (piece: Buffer) => pieces.push(Buffer.from(piece)));
  return pieces;
}

test("what has been read is freed at once", () => {
  const { stream, receive } = framedOver(new Socket());
  const pieces = collect(stream);
  stream.resume();
  stream.read();
  const chunk = joined(HEAD, DATA);
  receive(chunk);
  expect(chunk.length).toBe(0);
  expect(Buffer.concat(pieces).equals(DATA)).toBe(true);
});

test("what still waits to be read is not", () => {
  const { stream, receive } = framedOver(new Socket());
  const chunk = joined(HEAD, DATA);
  receive(chunk);
  expect(chunk.length).toBe(LENGTH + 2);
  expect((stream.read() as Buffer).equals(DATA)).toBe(true);
});

test("the beginning of a frame outlives the chunk that it came with", () => {
  const { stream, receive } = framedOver(new Socket());
  const pieces = collect(stream);
  stream.resume();
  stream.read();
  const first = joined(HEAD, DATA, HEAD, DATA.subarray(0, 5));
  receive(first);
  expect(first.length).toBe(0);
  receive(joined(DATA.subarray(5)));
  expect(Buffer.concat(pieces).equals(Buffer.concat([DATA, DATA]))).toBe(true);
});

test("nothing is freed for a user who has not agreed, or below whom others may hold the same buffers", () => {
  const plain = framedOver(new Socket());
  if (canReleaseBuffers(plain.stream)) plain.stream.releasesBuffers = false;
  const shared = framedOver(new PassThrough());
  for (const { stream, receive } of [plain, shared]) {
    const pieces = collect(stream);
    stream.resume();
    stream.read();
    const chunk = joined(HEAD, DATA);
    receive(chunk);
    expect(chunk.length).toBe(LENGTH + 2);
    expect(Buffer.concat(pieces).equals(DATA)).toBe(true);
  }
});
