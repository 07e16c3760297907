import { once } from "node:events";
import { type Duplex, duplexPair } from "node:stream";
import { describe, expect, test } from "vitest";
import { encodeFrame, MAX_FRAME_BYTES, splitIntoFrames } from "../../src/framing/index.ts";
import type { IceConnection } from "../../src/ice/index.ts";
import {
  FramedConnection,
  MAX_EARLY_BYTES,
  MAX_QUEUED_BYTES,
  MAX_UNSENT_BYTES,
} from "../../src/session/framed-connection.ts";
import { StunBuilder, StunMethod } from "../../src/stun/index.ts";

const INDICATION = new StunBuilder("indication", StunMethod.BINDING, new Uint8Array(12).fill(1)).fingerprint().build();

interface Rig {
  readonly framed: FramedConnection;
  readonly raw: Duplex;
  /** The other end of the TCP connection. */
  readonly peer: Duplex;
  readonly messages: Uint8Array[];
  readonly closed: Promise<void>;
}

function rig(): Rig {
  const [raw, peer] = duplexPair();
  const address = { address: "192.0.2.1", port: 1, family: 4 } as const;
  const connection: IceConnection = { local: address, remote: address, stream: raw };
  const messages: Uint8Array[] = [];
  const closed = Promise.withResolvers<void>();
  const framed = new FramedConnection(connection, { message: (bytes) => messages.push(bytes), closed: closed.resolve });
  return { framed, raw, peer, messages, closed: closed.promise };
}

async function textOf(stream: Duplex, length: number): Promise<string> {
  let text = "";
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    text += chunk;
    if (text.length >= length) break;
  }
  return text;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("a framed connection", () => {
  test("takes STUN messages out of the data, before and after its stream is taken", async () => {
    const { framed, peer, messages } = rig();
    for (const part of ["ab", INDICATION, "cd"]) peer.write(encodeFrame(Buffer.from(part)));
    await turn();
    const stream = framed.takeStream();
    for (const part of [INDICATION, "ef", INDICATION]) peer.write(encodeFrame(Buffer.from(part)));
    expect(await textOf(stream, 6)).toBe("abcdef");
    expect(messages).toEqual([INDICATION, INDICATION, INDICATION]);
  });

  test("keeps early data up to a limit, and closes above it", async () => {
    const allowed = rig();
    allowed.peer.write(Buffer.concat(splitIntoFrames([new Uint8Array(MAX_EARLY_BYTES)])));
    await turn();
    const stream = allowed.framed.takeStream();
    expect((await textOf(stream, MAX_EARLY_BYTES)).length).toBe(MAX_EARLY_BYTES);

    const greedy = rig();
    greedy.peer.write(Buffer.concat(splitIntoFrames([new Uint8Array(MAX_EARLY_BYTES + 1)])));
    await greedy.closed;
  });

  test("puts what is written into frames, each as large as a frame may be", async () => {
    const { framed, peer } = rig();
    const chunks: Buffer[] = [];
    peer.on("data", (chunk) => chunks.push(chunk));
    framed.takeStream().write(new Uint8Array(MAX_FRAME_BYTES + 5));
    await turn();
    framed.send(INDICATION);
    await turn();
    const bytes = Buffer.concat(chunks);
    expect(bytes.readUInt16BE(0)).toBe(MAX_FRAME_BYTES);
    expect(bytes.readUInt16BE(2 + MAX_FRAME_BYTES)).toBe(5);
    expect(bytes.subarray(2 + MAX_FRAME_BYTES + 7)).toEqual(Buffer.from(encodeFrame(INDICATION)));
  });

  test("stops taking data when the other side doesn't read, and goes on when it does", async () => {
    const { framed, peer } = rig();
    const stream = framed.takeStream();
    let written = 0;
    while (stream.write(Buffer.alloc(10_000)) && written < 10e6) written += 10_000;
    await turn();
    expect(written + stream.writableLength).toBeLessThan(2 * MAX_QUEUED_BYTES);
    peer.resume();
    await once(stream, "drain");
  });

  test("stops reading when its reader doesn't read", async () => {
    const { framed, peer } = rig();
    const stream = framed.takeStream();
    let written = 0;
    for (let i = 0; i < 1000 && peer.write(encodeFrame(Buffer.alloc(10_000))); i++) {
      written += 10_000;
      await turn();
    }
    expect(written).toBeLessThan(500_000);
    let received = 0;
    stream.on("data", (chunk) => {
      received += chunk.length;
    });
    await once(peer, "drain");
    await turn();
    expect(received).toBeGreaterThanOrEqual(written);
  });

  test("drops STUN messages rather than queue them for who doesn't read", async () => {
    const { framed, peer } = rig();
    for (let i = 0; i < 100_000; i++) framed.send(INDICATION);
    peer.resume();
    let received = 0;
    peer.on("data", (chunk) => {
      received += chunk.length;
    });
    await turn();
    expect(received).toBeLessThan(2 * MAX_UNSENT_BYTES);
  });

  test("ends when the other side ends, and not before everything was read", async () => {
    const { framed, peer } = rig();
    peer.end(encodeFrame(Buffer.from("last words")));
    const stream = framed.takeStream();
    const chunks = await stream.toArray();
    expect(Buffer.concat(chunks).toString()).toBe("last words");
  });

  test("that breaks says so to who uses the stream", async () => {
    const { framed, raw } = rig();
    const stream = framed.takeStream();
    raw.destroy(new Error("read ECONNRESET"));
    const [error] = await once(stream, "error");
    expect(error).toMatchObject({ code: "ERR_LINK_LOST", cause: { message: "read ECONNRESET" } });
  });

  test("that is closed here ends without an error", async () => {
    const { framed, raw } = rig();
    const stream = framed.takeStream();
    framed.close();
    await once(stream, "close");
    expect([raw.destroyed, stream.errored]).toEqual([true, null]);
  });

  test("that ends before it is chosen is closed", async () => {
    const { peer, closed } = rig();
    peer.end();
    await closed;
  });
});
