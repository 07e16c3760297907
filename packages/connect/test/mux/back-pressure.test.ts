import { describe, expect, test } from "vitest";
import { LINK_LIMITS } from "../../src/mux/index.ts";
import { settle } from "../support/virtual-time.ts";
import { LinkedPair, readAll } from "./linked-pair.ts";
import { RawPeer } from "./raw-peer.ts";

const CHUNK = Buffer.alloc(60_000, 1);

describe("a reader that doesn't read", () => {
  test("makes a DHTNet peer of another make wait: at most 2 MB are held", async () => {
    const peer = await RawPeer.connected();
    peer.request("x", 1);
    await settle();
    let accepted = 0;
    for (let i = 0; i < 200; i++) {
      peer.sendData(1, CHUNK);
      await settle();
      accepted = Math.max(accepted, peer.link.stats().unreadBytes);
    }
    expect(accepted).toBeGreaterThan(LINK_LIMITS.maxQueuedBytes / 2);
    expect(accepted).toBeLessThanOrEqual(LINK_LIMITS.maxQueuedBytes);
    expect(peer.stream.writableLength).toBeGreaterThan(9_000_000);

    const channel = peer.link.channels.get(1);
    let read = 0;
    channel?.on("data", (piece: Buffer) => {
      read += piece.length;
    });
    while (read < 200 * CHUNK.length) await settle();
    expect(read).toBe(200 * CHUNK.length);
    expect(peer.link.stats().unreadBytes).toBe(0);
  });

  test("holds few pieces when they are tiny, because each costs more than its bytes", async () => {
    const peer = await RawPeer.connected();
    peer.request("x", 1);
    await settle();
    const frame = Buffer.from("9201c40178", "hex");
    const many = Buffer.concat(Array.from({ length: 5_000 }, () => frame));
    for (let i = 0; i < 20; i++) {
      peer.send(many);
      await settle();
    }
    const held = peer.link.channels.get(1)?.readableLength ?? 0;
    expect(held).toBeLessThan(LINK_LIMITS.maxQueuedBytes / 100);
    expect(peer.link.stats().unreadBytes).toBeLessThanOrEqual(LINK_LIMITS.maxQueuedBytes + 129 * 13_108);
  });

  test("doesn't stand in the way of other channels, between peers of this library", async () => {
    const pair = new LinkedPair();
    const [, stalled] = await pair.open("stalled");
    const [channel, other] = await pair.open("lively");
    const writer = pair.a.channels.get(1);
    while (writer?.write(CHUNK)) await settle();
    await settle();
    expect(stalled.readableLength).toBe(65_536);
    const total = 300 * CHUNK.length;
    const reading = readAll(other);
    for (let i = 0; i < 300; i++)
      if (!channel.write(CHUNK)) await new Promise((resolve) => channel.once("drain", resolve));
    channel.end();
    expect((await reading).length).toBe(total);
    expect(stalled.readableLength).toBe(65_536);
    expect(pair.b.stats().unreadBytes).toBeLessThan(100_000);
  });

  test("is waited for on 1,000 channels of one link without holding more than 2 MB", async () => {
    const pair = new LinkedPair();
    const channels = await Promise.all(Array.from({ length: 1_000 }, (_, index) => pair.a.open(`channel ${index}`)));
    for (const channel of channels) channel.end(CHUNK);
    for (let i = 0; i < 50; i++) await settle();
    expect(pair.b.stats().unreadBytes).toBeLessThanOrEqual(LINK_LIMITS.maxQueuedBytes);
    const lengths = await Promise.all(pair.atB.map(async (channel) => (await readAll(channel)).length));
    expect(lengths).toEqual(channels.map(() => CHUNK.length));
    expect(pair.b.stats()).toMatchObject({ unreadBytes: 0, channels: 0 });
  });

  test("is not taken for dead while it doesn't read, however long that takes", async () => {
    const pair = new LinkedPair();
    const channels = await Promise.all(Array.from({ length: 64 }, () => pair.a.open("x")));
    for (const channel of channels) channel.end(Buffer.alloc(65_000));
    await pair.time.run(600_000);
    expect(pair.a.isClosed || pair.b.isClosed).toBe(false);
    const lengths = await Promise.all(pair.atB.map(async (channel) => (await readAll(channel)).length));
    expect(lengths).toEqual(channels.map(() => 65_000));
    await pair.time.run(600_000);
    expect(pair.a.isClosed || pair.b.isClosed).toBe(false);
  });
});

describe("a writer", () => {
  test("is told to wait when the other side doesn't read", async () => {
    const pair = new LinkedPair();
    const [channel] = await pair.open();
    let writes = 0;
    while (channel.write(CHUNK)) writes++;
    await settle();
    expect(writes).toBeLessThan(6);
    expect(channel.writableNeedDrain).toBe(true);
  });

  test("of much doesn't keep one of little from its turn", async () => {
    const peer = await RawPeer.connected();
    const busy = await peer.open("busy");
    const late = await peer.open("late");
    peer.takeFrames();
    peer.stream.pause();
    busy.write(Buffer.alloc(20_000_000));
    late.write("soon");
    peer.stream.resume();
    while (busy.bytesWritten < 20_000_000) await settle();
    await settle();
    const frames = peer.takeFrames();
    const before = frames.slice(
      0,
      frames.findIndex(({ channel }) => channel === late.number),
    );
    expect(before.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(1024 * 1024 + 65_535);
  });

  test("of many small pieces at a time fills frames with them", async () => {
    const peer = await RawPeer.connected();
    const channel = await peer.open("x");
    peer.takeFrames();
    channel.cork();
    for (let i = 0; i < 1_000; i++) channel.write("0123456789");
    channel.uncork();
    await settle();
    expect(peer.takeFrames().map(({ length }) => length)).toEqual([10_000]);
  });
});
