import { once } from "node:events";
import type { Duplex } from "node:stream";
import type { Timer } from "@hashmere/dht";
import { describe, expect, test } from "vitest";
import { encodeFrame } from "../../src/mux/frame.ts";
import { encodeProtocolMessage } from "../../src/mux/protocol-message.ts";
import { settle, VirtualTime } from "../support/virtual-time.ts";
import { LinkedPair } from "./linked-pair.ts";
import { BEACON, BEACON_ANSWER, HELLO, RawPeer, VERSION_1 } from "./raw-peer.ts";

const BEACON_HEX = BEACON.toString("hex");
const ANSWER_HEX = BEACON_ANSWER.toString("hex");

describe("the first words", () => {
  test("are the version, as real peers send it, and what only this library understands", async () => {
    const peer = await RawPeer.silent();
    expect(await peer.takeHex()).toEqual([VERSION_1.toString("hex"), HELLO.toString("hex")]);
  });
});

describe("beacons", () => {
  test("of the other side are answered, once each", async () => {
    const peer = await RawPeer.connected();
    peer.send(Buffer.concat([BEACON, BEACON]));
    expect(await peer.takeHex()).toEqual([ANSWER_HEX, ANSWER_HEX]);
  });

  test("only the first entry of the first object counts", async () => {
    const peer = await RawPeer.connected();
    for (const packet of [
      "82a170c3a17601",
      "82a17601a170c3",
      "81a1760181a170c3",
      "82a17801a170c3",
      "80",
      "c0",
      "81a17007",
    ]) {
      peer.send(encodeFrame(0xffff, Buffer.from(packet, "hex")));
    }
    expect(await peer.takeHex()).toEqual([ANSWER_HEX]);
    expect(peer.link.isClosed).toBe(false);
  });

  test("are understood on channel 0 too; the answer comes on 65535", async () => {
    const peer = await RawPeer.connected();
    peer.send(encodeFrame(0, Buffer.from("81a170c393a17805c0", "hex")));
    expect(await peer.takeHex()).toEqual([ANSWER_HEX]);
  });

  test("an answered one says that the other side is there", async () => {
    const pair = new LinkedPair();
    await settle();
    expect(await pair.a.beacon()).toBe(true);
  });

  test("an unanswered one ends the link after 3 s", async () => {
    const peer = await RawPeer.connected();
    const closing = once(peer.link, "close");
    const answer = peer.link.beacon();
    expect(await peer.takeHex()).toEqual([BEACON_HEX]);
    await peer.time.run(2_999);
    expect(peer.link.isClosed).toBe(false);
    await peer.time.run(1);
    expect(await answer).toBe(false);
    expect((await closing)[0].error).toMatchObject({ code: "ERR_LINK_LOST" });
    expect(peer.hasSeenEnd).toBe(true);
  });

  test("asking again gives it no more time", async () => {
    const peer = await RawPeer.connected();
    const answer = peer.link.beacon();
    await peer.time.run(2_000);
    const another = peer.link.beacon();
    await peer.time.run(1_000);
    expect(await Promise.all([answer, another])).toEqual([false, false]);
    expect(peer.link.isClosed).toBe(true);
  });

  test("answers that nobody asked for mean nothing, before and after", async () => {
    const peer = await RawPeer.connected();
    peer.send(Buffer.concat([BEACON_ANSWER, BEACON_ANSWER]));
    await settle();
    const answer = peer.link.beacon();
    await peer.time.run(3_000);
    expect(await answer).toBe(false);
  });

  test("are not sent to a peer that hasn't said that it answers them, or takes it back", async () => {
    const silent = await RawPeer.silent();
    silent.takeFrames();
    expect(await silent.link.beacon()).toBe(true);
    await silent.time.run(60_000);
    expect(await silent.takeHex()).toEqual([]);

    const peer = await RawPeer.connected();
    peer.send(encodeFrame(0xffff, Buffer.from("81a17600", "hex")));
    await settle();
    expect(await peer.link.beacon()).toBe(true);
    await peer.time.run(60_000);
    expect(await peer.takeHex()).toEqual([]);
    expect(peer.link.isClosed).toBe(false);
  });
});

describe("a dead path", () => {
  test("is noticed within 15 s on an idle link", async () => {
    const peer = await RawPeer.connected();
    await peer.time.run(15_000);
    expect(peer.link.isClosed).toBe(true);
  });

  test.each([
    ["we send", (_: RawPeer, write: () => void) => write()],
    ["the other side has just sent", (peer: RawPeer) => peer.sendData(0x8000, "x")],
  ])("is noticed within 5 s when %s", async (_, traffic) => {
    const peer = await RawPeer.connected();
    const channel = await peer.open("x");
    channel.on("error", () => {}).resume();
    await peer.time.run(4_000);
    traffic(peer, () => channel.write("x"));
    await peer.time.run(5_000);
    expect(peer.link.isClosed).toBe(true);
  });

  test("is noticed by both sides, with traffic in one direction", async () => {
    const pair = new LinkedPair();
    const [channel, other] = await pair.open();
    channel.on("error", () => {});
    other.on("error", () => {}).resume();
    await pair.time.run(20_000);
    expect(pair.a.isClosed || pair.b.isClosed).toBe(false);
    channel.write("x");
    await settle();
    for (const stream of pair.streams) cut(stream);
    channel.write("y");
    await pair.time.run(5_000);
    expect(pair.a.isClosed && pair.b.isClosed).toBe(true);
  });

  test("is noticed by both sides within 5 s when one of them still hears the other for a second", async () => {
    const pair = new LinkedPair();
    const [channel, other] = await pair.open();
    channel.on("error", () => {});
    other.on("error", () => {}).resume();
    const [near, far] = pair.streams;
    cut(near);
    for (let i = 0; i < 6; i++) {
      channel.write("x");
      await pair.time.run(200);
    }
    expect(pair.b.isClosed).toBe(false);
    cut(far);
    await pair.time.run(5_000 - 1_200);
    expect(pair.a.isClosed && pair.b.isClosed).toBe(true);
  });

  test("is noticed within 5 s by a side that still hears the other, whom it no longer reaches", async () => {
    const peer = await RawPeer.connected();
    peer.send(HELLO);
    const channel = await peer.open("x");
    channel.on("error", () => {}).resume();
    for (let ms = 0; ms < 5_000; ms += 200) {
      if (!peer.link.isClosed) peer.sendData(channel.number, "word");
      await peer.time.run(200);
    }
    expect(peer.link.isClosed).toBe(true);
  });

  test.each([
    ["answers nothing because it doesn't read, and says so", () => HELLO],
    ["has much to say before its answer", (channel: number) => encodeFrame(channel, Buffer.alloc(1_400))],
    ["says that it has read something", credit],
  ])("is told from a peer of this library that %s", async (_, sign) => {
    const peer = await RawPeer.connected();
    peer.send(HELLO);
    const channel = await peer.open("x");
    channel.on("error", () => {}).resume();
    peer.send(encodeProtocolMessage({ kind: "credit", number: channel.number, bytes: 1_000_000 }));
    for (let ms = 0; ms < 20_000; ms += 1_000) {
      channel.write("word");
      peer.send(sign(channel.number));
      await peer.time.run(1_000);
    }
    expect(peer.link.isClosed).toBe(false);
  });

  test("of a peer of another make, whatever comes is a sign of life", async () => {
    const peer = await RawPeer.connected();
    const channel = await peer.open("x");
    channel.on("error", () => {}).resume();
    for (let ms = 0; ms < 20_000; ms += 1_000) {
      peer.sendData(channel.number, "word");
      await peer.time.run(1_000);
    }
    expect(peer.link.isClosed).toBe(false);
  });

  test("is told from one that carries much: the answer comes behind all of it", async () => {
    const peer = await RawPeer.connected();
    const channel = await peer.open("x");
    channel.on("error", () => {});
    peer.takeFrames();
    channel.write(Buffer.alloc(1_280_000)); // 10 s at the slowest rate that a path is trusted with
    await peer.time.run(750 + 12_000);
    expect(peer.link.isClosed).toBe(false);
    peer.send(BEACON_ANSWER);
    await settle();
    channel.write("little"); // all before has arrived, so nothing stands before the next answer
    await peer.time.run(5_000);
    expect(peer.link.isClosed).toBe(true);
  });

  test("is told from a program that was held up itself, and has not yet read the answer", async () => {
    const time = new HeldUpTime();
    const peer = await RawPeer.connected({ scheduler: time });
    const answer = peer.link.beacon();
    await time.run(1_000);
    time.holdUp(10_000);
    await time.run(2_000); // now the timer runs that was due 10 s ago
    expect(peer.link.isClosed).toBe(false);
    peer.send(BEACON_ANSWER);
    await settle();
    expect(await answer).toBe(true);
  });

  test("is noticed at once after this program was held up", async () => {
    const time = new HeldUpTime();
    const peer = await RawPeer.connected({ scheduler: time });
    const answer = peer.link.beacon();
    time.holdUp(10_000);
    await time.run(3_500);
    expect(await answer).toBe(false);
    expect(peer.link.isClosed).toBe(true);
  });

  test("an idle link of two that live costs a question of each every ten seconds or so, and stays", async () => {
    const pair = new LinkedPair();
    await settle();
    const before = pair.a.stats().bytesWritten + pair.b.stats().bytesWritten;
    await pair.time.run(3_600_000);
    expect(pair.a.isClosed || pair.b.isClosed).toBe(false);
    const beacons = (pair.a.stats().bytesWritten + pair.b.stats().bytesWritten - before) / (2 * BEACON.length);
    expect(beacons).toBeGreaterThan(600);
    expect(beacons).toBeLessThan(800);
  });

  test("no timer is left behind by a closed link", async () => {
    const pair = new LinkedPair();
    await pair.open();
    await pair.a.close();
    await pair.time.run(2_000);
    expect(pair.time.pending).toBe(0);
  });
});

/** Time that passes now and then without any timer running: the program stands still. */
class HeldUpTime extends VirtualTime {
  #missedMs = 0;

  override now(): number {
    return super.now() + this.#missedMs;
  }

  override at(time: number, task: () => void): Timer {
    return super.at(time - this.#missedMs, task);
  }

  override step(until: number): boolean {
    return super.step(until - this.#missedMs);
  }

  holdUp(ms: number): void {
    this.#missedMs += ms;
  }
}

function credit(number: number): Buffer {
  return encodeProtocolMessage({ kind: "credit", number, bytes: 4 });
}

/** From now on nothing arrives any more, and nothing says so. */
function cut(stream: Duplex): void {
  stream.removeAllListeners("data").resume();
}
