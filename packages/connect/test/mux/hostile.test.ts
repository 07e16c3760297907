import { once } from "node:events";
import { Reader } from "@hashmere/dht/msgpack";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeChannelRequest, encodeChannelRequestFrame, readChannelRequest } from "../../src/mux/channel-request.ts";
import { encodeFrame, encodeFrameHeader } from "../../src/mux/frame.ts";
import { LINK_LIMITS } from "../../src/mux/index.ts";
import { encodeProtocolMessage, type ProtocolMessage, readProtocolMessage } from "../../src/mux/protocol-message.ts";
import { settle } from "../support/virtual-time.ts";
import { LinkedPair } from "./linked-pair.ts";
import { BEACON, FrameCollector, HELLO, RawPeer } from "./raw-peer.ts";

describe("a hostile peer is cut off, in good order, when it sends", () => {
  test.each<readonly [string, (peer: RawPeer) => void]>([
    ["bytes that are no MessagePack", (peer) => peer.send(Buffer.of(0xc1))],
    ["a frame larger than is believed", (peer) => peer.send(Buffer.from("9205c6ffffffff", "hex"))],
    ["a stray object larger than that", (peer) => peer.send(Buffer.from("dbffffffff", "hex"))],
    [
      "an array without end",
      (peer) => peer.send(Buffer.concat([Buffer.from("82ddffffffff", "hex"), Buffer.alloc(1_100_000, 0x90)])),
    ],
    ["a control packet that is too large", (peer) => peer.send(encodeFrameHeaderOf(0, 70_000))],
    ["a protocol packet that is too large", (peer) => peer.send(encodeFrameHeaderOf(0xffff, 70_000))],
    ["stray objects again and again", (peer) => peer.send(Buffer.alloc(LINK_LIMITS.maxStrayObjects + 1, 0x07))],
    [
      "packets without sense again and again",
      (peer) =>
        peer.send(
          Buffer.concat(
            Array.from({ length: LINK_LIMITS.maxStrayObjects + 1 }, () => encodeFrame(0xffff, Buffer.of(0xc0))),
          ),
        ),
    ],
    [
      "more than it was granted",
      (peer) => {
        peer.send(HELLO);
        peer.request("x", 1);
        peer.send(encodeFrame(1, Buffer.alloc(65_535)));
        peer.send(encodeFrame(1, Buffer.alloc(2)));
      },
    ],
  ])("%s", async (_, attack) => {
    const peer = await RawPeer.connected();
    peer.link.addEventListener("channel", ({ channel }) => channel.on("error", () => {}));
    const closing = once(peer.link, "close");
    attack(peer);
    expect((await closing)[0].error).toMatchObject({ code: "ERR_PROTOCOL" });
    await settle();
    expect(peer.hasSeenEnd).toBe(true);
    expect(peer.time.pending).toBeLessThanOrEqual(1);
  });

  test("questions whose answers it doesn't read", async () => {
    const peer = await RawPeer.connected();
    peer.stream.pause();
    const closing = once(peer.link, "close");
    const many = Buffer.concat(Array.from({ length: 4_096 }, () => BEACON));
    for (let i = 0; i < 40; i++) peer.send(many);
    expect((await closing)[0].error).toMatchObject({ code: "ERR_LIMIT" });
  });
});

describe("what a peer may have open is limited", () => {
  test("channels that it asked for: further ones are declined, and one that ends makes room", async () => {
    const pair = new LinkedPair({ limits: { maxIncomingChannels: 3 } });
    const channels = await Promise.all([1, 2, 3].map(() => pair.a.open("x")));
    await expect(pair.a.open("x")).rejects.toMatchObject({ code: "ERR_DECLINED" });
    expect((await pair.b.open("our own are not counted")).number).toBe(0x8000);
    channels[0]?.destroy();
    await settle();
    await pair.a.open("x");
  });

  test("requests that nobody has decided about", async () => {
    const pair = new LinkedPair({ accept: () => new Promise(() => {}), limits: { maxPendingRequests: 3 } });
    const waiting = [1, 2, 3].map(() => pair.a.open("x"));
    for (const opening of waiting) opening.catch(() => {});
    await expect(pair.a.open("x")).rejects.toMatchObject({ code: "ERR_DECLINED" });
  });

  test("names that it gives to channels: who has few may have long ones", async () => {
    const pair = new LinkedPair({ limits: { maxNameCharacters: 100_000 } });
    const first = await pair.a.open("n".repeat(60_000));
    await expect(pair.a.open("n".repeat(60_000))).rejects.toMatchObject({ code: "ERR_DECLINED" });
    await pair.a.open("n".repeat(40_000));
    first.destroy();
    await pair.a.open("n".repeat(60_000));
  });

  test("by default 4,096 channels", async () => {
    const pair = new LinkedPair();
    for (let i = 0; i < 32; i++) await Promise.all(Array.from({ length: 128 }, () => pair.a.open("x")));
    await expect(pair.a.open("x")).rejects.toMatchObject({ code: "ERR_DECLINED" });
    expect(LINK_LIMITS.maxIncomingChannels).toBe(4_096);
  });
});

describe("a channel that its peer breaks before anybody could listen", () => {
  const reset = encodeProtocolMessage({ kind: "reset", number: 1 });
  const asked = { name: "x", number: 1 };

  test("is one that the other side asked for: the program goes on", async () => {
    const peer = await RawPeer.connected();
    peer.send(Buffer.concat([HELLO, encodeChannelRequestFrame({ ...asked, state: "request" }), reset]));
    await settle();
    expect([peer.link.isClosed, peer.link.channels.size]).toEqual([false, 0]);
  });

  test("is one that we asked for: who reads it sees why", async () => {
    const peer = await RawPeer.connected({ isInitiator: true });
    const opening = peer.link.open("x");
    peer.send(Buffer.concat([HELLO, encodeChannelRequestFrame({ ...asked, state: "accept" }), reset]));
    const channel = await opening;
    await settle();
    await expect(channel.toArray()).rejects.toMatchObject({ code: "ERR_CLOSED_BY_PEER" });
  });
});

describe("whatever comes", () => {
  const noise = fc.uint8Array({ maxLength: 300 });

  test("the decoder says the same however it is cut, and ends only by its own error", () => {
    fc.assert(
      fc.property(noise, fc.nat(300), (bytes, cut) => {
        expect(outcome([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(outcome([bytes]));
      }),
    );
  });

  test("control and protocol packets are read to their end or passed over", () => {
    fc.assert(
      fc.property(noise, (bytes) => {
        const reader = new Reader(bytes);
        for (let turns = 0; reader.offset < reader.end; turns++) {
          readChannelRequest(reader);
          expect(turns).toBeLessThan(300);
        }
        readProtocolMessage(new Reader(bytes));
      }),
    );
  });

  test("requests and messages come out as they went in", () => {
    const number = fc.nat(0xffff);
    const request = fc.record({
      name: fc.string({ unit: "grapheme" }),
      number,
      state: fc.constantFrom("request" as const, "accept" as const, "decline" as const),
    });
    fc.assert(
      fc.property(request, (expected) => {
        expect(readChannelRequest(new Reader(encodeChannelRequest(expected)))).toEqual(expected);
      }),
    );
    const message: fc.Arbitrary<ProtocolMessage> = fc.oneof(
      fc.record({ kind: fc.constantFrom("version" as const, "hello" as const), version: fc.nat() }),
      fc.record({ kind: fc.constant("beacon" as const), isRequest: fc.boolean() }),
      fc.record({ kind: fc.constant("credit" as const), number, bytes: fc.nat(0xffff_ffff) }),
      fc.record({ kind: fc.constantFrom("finish" as const, "reset" as const), number }),
    );
    fc.assert(
      fc.property(message, (expected) => {
        const collector = new FrameCollector();
        collector.write(encodeProtocolMessage(expected));
        expect(readProtocolMessage(new Reader(collector.frames[0]?.data))).toEqual(expected);
      }),
    );
  });
});

function encodeFrameHeaderOf(channel: number, length: number): Buffer {
  const header = Buffer.from(encodeFrameHeader(channel, 0)).subarray(0, -2);
  const bin32 = Buffer.from([0xc6, 0, 0, 0, 0]);
  bin32.writeUInt32BE(length, 1);
  return Buffer.concat([header, bin32]);
}

function outcome(chunks: readonly Uint8Array[]): unknown {
  const collector = new FrameCollector();
  try {
    for (const chunk of chunks) collector.write(Buffer.from(chunk));
  } catch (error) {
    return { error, frames: collector.frames };
  }
  return collector.frames;
}
