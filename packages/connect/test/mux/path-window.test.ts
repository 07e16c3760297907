import { describe, expect, test } from "vitest";
import { MAX_EXTENDED_FRAME_DATA_BYTES } from "../../src/mux/frame.ts";
import { MIN_PATH_WINDOW_BYTES, PathWindow } from "../../src/mux/path-window.ts";
import { encodeProtocolMessage } from "../../src/mux/protocol-message.ts";
import { settle, VirtualTime } from "../support/virtual-time.ts";
import { LinkedPair } from "./linked-pair.ts";
import { BEACON_ANSWER, HELLO, RawPeer } from "./raw-peer.ts";

const FRAME_BYTES = 8 * 1024;

/** A path of a rate and a delay, with whatever queue there is room for; the other side answers every question. */
class Path {
  readonly time = new VirtualTime();
  readonly window = new PathWindow(
    () => this.time.now(),
    () => this.#onQuestion(),
  );
  bytesPerMs: number;
  sentBytes = 0;
  arrivedBytes = 0;
  readonly #delayMs: number;
  #freeAt = 0;

  constructor(bytesPerMs: number, delayMs: number) {
    this.bytesPerMs = bytesPerMs;
    this.#delayMs = delayMs;
    this.window.isAnswerCertain = true;
  }

  get onTheWay(): number {
    return this.sentBytes - this.arrivedBytes;
  }

  /** Somebody always has more to send. */
  async run(ms: number): Promise<void> {
    for (let i = 0; i < ms; i += 10) {
      this.#fill();
      await this.time.run(10);
    }
  }

  #fill(): void {
    while (this.window.hasRoom) {
      this.sentBytes += FRAME_BYTES;
      this.#freeAt = Math.max(this.#freeAt, this.time.now()) + FRAME_BYTES / this.bytesPerMs;
      this.time.at(this.#freeAt + this.#delayMs / 2, () => {
        this.arrivedBytes += FRAME_BYTES;
      });
      this.window.sent(FRAME_BYTES);
    }
  }

  #onQuestion(): void {
    this.window.asked();
    this.time.at(Math.max(this.#freeAt, this.time.now()) + this.#delayMs, () => {
      this.window.answered();
      this.#fill();
    });
  }
}

describe("what may be on its way", () => {
  test.each([
    ["256 kbit/s", 32, 20],
    ["1 Mbit/s", 128, 40],
    ["8 Mbit/s", 1024, 40],
  ])("makes no long queue on a line of %s, which is used to the full all the same", async (_, rate, delay) => {
    const path = new Path(rate, delay);
    for (let s = 0; s < 30; s++) {
      await path.run(1000);
      expect(path.onTheWay).toBeLessThanOrEqual(Math.max(MIN_PATH_WINDOW_BYTES + FRAME_BYTES, 2_100 * rate));
    }
    expect(path.arrivedBytes).toBeGreaterThan(0.95 * 30_000 * rate);
  });

  test.each([
    ["100 Mbit/s over 80 ms", 12_500, 80],
    ["20 Mbit/s by satellite", 2_500, 600],
  ])("becomes as much as %s takes", async (_, rate, delay) => {
    const path = new Path(rate, delay);
    await path.run(10_000);
    const before = path.arrivedBytes;
    await path.run(5_000);
    expect(path.arrivedBytes - before).toBeGreaterThan(0.95 * 5_000 * rate);
    expect(path.onTheWay).toBeLessThan(rate * (delay + 2_500));
  });

  test("becomes little again when the path has become slow", async () => {
    const path = new Path(1_250, 40);
    await path.run(10_000);
    expect(path.onTheWay).toBeGreaterThan(1_000_000);
    path.bytesPerMs = 64;
    await path.run(60_000);
    expect(path.onTheWay).toBeLessThan(64 * 2_000);
  });
});

describe("a link", () => {
  /** How many bytes come from a link that has as much to send as one likes, while nothing is answered. */
  async function sentUnanswered(peer: RawPeer): Promise<number> {
    const channel = await peer.open("x");
    channel.on("error", () => {});
    peer.send(encodeProtocolMessage({ kind: "credit", number: channel.number, bytes: 10_000_000 }));
    await settle();
    peer.takeFrames();
    channel.write(Buffer.alloc(1_000_000));
    await settle();
    return dataBytes(peer, channel.number);
  }

  function dataBytes(peer: RawPeer, number: number): number {
    const frames = peer.takeFrames().filter((frame) => frame.channel === number);
    return frames.reduce((sum, { length }) => sum + length, 0);
  }

  test("waits for an answer of a peer of this library, and goes on with it", async () => {
    const peer = await RawPeer.connected();
    peer.send(HELLO);
    const first = await sentUnanswered(peer);
    expect(first).toBeGreaterThanOrEqual(MIN_PATH_WINDOW_BYTES);
    expect(first).toBeLessThan(MIN_PATH_WINDOW_BYTES + MAX_EXTENDED_FRAME_DATA_BYTES);
    peer.send(BEACON_ANSWER);
    await settle();
    const [number = 0] = peer.link.channels.keys();
    expect(dataBytes(peer, number)).toBeGreaterThan(0);
  });

  test("doesn't wait for peers of another make", async () => {
    const peer = await RawPeer.connected();
    expect(await sentUnanswered(peer)).toBe(1_000_000);
  });

  test("goes on sending while this side doesn't read, and so hears no answers", async () => {
    const pair = new LinkedPair({ limits: { maxQueuedBytes: 300_000 } });
    const unread = await Promise.all(Array.from({ length: 8 }, () => pair.open()));
    const [up, other] = await pair.open();
    for (const [, theirs] of unread) theirs.write(Buffer.alloc(60_000));
    await settle();
    let arrived = 0;
    other.on("data", ({ length }: Buffer) => {
      arrived += length;
    });
    up.write(Buffer.alloc(64 * 1024));
    await settle();
    expect(arrived).toBe(64 * 1024);
    for (const [mine] of unread) mine.resume();
    up.write(Buffer.alloc(1_000_000));
    await settle();
    expect(arrived).toBe(64 * 1024 + 1_000_000);
  });
});
