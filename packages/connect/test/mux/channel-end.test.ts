import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { ConnectError } from "../../src/errors/index.ts";
import type { Channel } from "../../src/mux/index.ts";
import { encodeProtocolMessage } from "../../src/mux/protocol-message.ts";
import { settle } from "../support/virtual-time.ts";
import { LinkedPair, readAll } from "./linked-pair.ts";
import { HELLO, RawPeer } from "./raw-peer.ts";

const EOF = "92cd8000c400";

describe("towards a DHTNet peer of another make", () => {
  test("its empty frame ends the channel in both directions, without error and without an echo", async () => {
    const { peer, channel } = await opened();
    const ends = endOf(channel);
    peer.sendData(0x8000, "last words");
    peer.send(Buffer.from(EOF, "hex"));
    expect((await readAll(channel)).toString()).toBe("last words");
    expect(await ends).toBeUndefined();
    expect(await peer.takeHex()).toEqual([]);
    expect(peer.link.channels.size).toBe(0);
  });

  test("what is being written when it ends goes nowhere, and is no error", async () => {
    const { peer, channel } = await opened();
    const ends = endOf(channel);
    channel.resume();
    peer.send(Buffer.from(EOF, "hex"));
    channel.write(Buffer.alloc(1_000_000));
    expect(await ends).toBeUndefined();
  });

  test("our end is an empty frame after all that was written; nothing is read any more", async () => {
    const { peer, channel } = await opened();
    const ends = endOf(channel);
    channel.end("bye");
    channel.resume();
    expect(await ends).toBeUndefined();
    expect(await peer.takeHex()).toEqual(["92cd8000c403627965", EOF]);
  });

  test("giving up is an empty frame too: the protocol has no other", async () => {
    const { peer, channel } = await opened();
    const ends = endOf(channel);
    channel.destroy(new ConnectError("ERR_CLOSED", "enough"));
    expect(await ends).toMatchObject({ code: "ERR_CLOSED" });
    expect(await peer.takeHex()).toEqual([EOF]);
  });

  test("an end that comes before the answer counts once the answer is there", async () => {
    const peer = await RawPeer.connected();
    const opening = peer.link.open("x");
    await settle();
    peer.sendData(0x8000, "short");
    peer.send(Buffer.from(EOF, "hex"));
    peer.answer("x", 0x8000, "accept");
    expect((await readAll(await opening)).toString()).toBe("short");
  });

  test("the end of the whole link is the end of its channels, without error", async () => {
    const { peer, channel } = await opened();
    const ends = endOf(channel);
    const closing = once(peer.link, "close");
    channel.resume();
    peer.stream.end();
    expect(await ends).toBeUndefined();
    expect((await closing)[0].error).toBeUndefined();
  });

  test("a broken link is an error of each channel, not an end", async () => {
    const { peer, channel } = await opened();
    const ends = endOf(channel);
    const closing = once(peer.link, "close");
    channel.resume();
    peer.breakConnection();
    expect(await ends).toMatchObject({ code: "ERR_LINK_LOST" });
    expect((await closing)[0].error).toMatchObject({ code: "ERR_LINK_LOST" });
    await expect(peer.link.open("x")).rejects.toMatchObject({ code: "ERR_CLOSED" });
  });

  async function opened() {
    const peer = await RawPeer.connected();
    const channel = await peer.open("x");
    peer.takeFrames();
    return { peer, channel };
  }
});

describe("between peers of this library", () => {
  test("the other direction stays open after an end", async () => {
    const [channel, other] = await openPair();
    other.allowHalfOpen = true;
    channel.end("question");
    expect((await readAll(other)).toString()).toBe("question");
    other.write("ans");
    await settle();
    other.end("wer");
    expect((await readAll(channel)).toString()).toBe("answer");
  });

  test("by default, whoever has read the end ends too", async () => {
    const [channel, other, pair] = await openPair();
    const ends = Promise.all([endOf(channel), endOf(other)]);
    channel.resume();
    other.resume();
    channel.end();
    expect(await ends).toEqual([undefined, undefined]);
    expect([pair.a.channels.size, pair.b.channels.size]).toEqual([0, 0]);
  });

  test("a channel that is ended as soon as it is open was open at the other side too, and then ended", async () => {
    const pair = new LinkedPair();
    (await pair.a.open("short")).end();
    const [other] = pair.atB;
    expect(other?.name).toBe("short");
    expect(other && (await readAll(other)).length).toBe(0);
  });

  test("giving up with an error is an error at the other side", async () => {
    const [channel, other] = await openPair();
    const ends = endOf(other);
    channel.on("error", () => {});
    channel.write("half of it");
    channel.destroy(new Error("disk full"));
    other.resume();
    expect(await ends).toMatchObject({ code: "ERR_CLOSED_BY_PEER" });
  });

  test("giving up before everything was sent is an error at the other side; afterwards it is an end", async () => {
    const [channel, other] = await openPair();
    const ends = endOf(other);
    channel.write(Buffer.alloc(1_000_000));
    channel.destroy();
    other.resume();
    expect(await ends).toMatchObject({ code: "ERR_CLOSED_BY_PEER" });

    const [second, secondOther] = await openPair();
    const secondEnds = endOf(secondOther);
    second.write("all of it");
    await settle();
    second.destroy();
    secondOther.resume();
    expect(await secondEnds).toBeUndefined();
  });

  test("closing the link lets what was written arrive first", async () => {
    const [channel, other, pair] = await openPair();
    const closing = once(pair.b, "close");
    channel.resume();
    channel.write("not lost");
    const closed = pair.a.close();
    expect((await readAll(other)).toString()).toBe("not lost");
    expect((await closing)[0].error).toBeUndefined();
    await closed;
    expect(channel.destroyed).toBe(true);
    expect(pair.a.isClosed && pair.b.isClosed).toBe(true);
  });

  test("closing doesn't wait for a reader that never reads", async () => {
    const [channel, other, pair] = await openPair();
    channel.on("error", () => {});
    other.on("error", () => {});
    channel.write(Buffer.alloc(1_000_000));
    const closed = pair.a.close();
    await pair.time.run(2_000);
    await pair.time.run(2_000);
    await closed;
    expect(pair.a.channels.size).toBe(0);
  });

  test.each([
    ["with a goodbye", "ERR_CLOSED_BY_PEER"],
    ["without a goodbye, as a program that is killed", "ERR_LINK_LOST"],
  ])("a link that ends %s, a channel being open, is an error of that channel", async (how, code) => {
    const peer = await RawPeer.connected();
    peer.send(HELLO);
    const channel = await peer.open("x");
    const ends = endOf(channel);
    channel.resume();
    if (how === "with a goodbye") peer.send(encodeProtocolMessage({ kind: "goodbye" }));
    peer.stream.end();
    expect(await ends).toMatchObject({ code });
  });

  test("whoever waits for an answer when the link ends gets an error", async () => {
    const pair = new LinkedPair({ accept: () => new Promise(() => {}) });
    const opening = pair.a.open("x");
    opening.catch(() => {});
    await settle();
    await pair.b.close();
    await expect(opening).rejects.toMatchObject({ code: "ERR_CLOSED_BY_PEER" });
    const mine = new LinkedPair({ accept: () => new Promise(() => {}) });
    const second = mine.a.open("x");
    second.catch(() => {});
    await mine.a.close();
    await expect(second).rejects.toMatchObject({ code: "ERR_CLOSED" });
  });

  async function openPair() {
    const pair = new LinkedPair();
    return [...(await pair.open()), pair] as const;
  }
});

describe("a link", () => {
  test("that ends before the other side's first word was refused", async () => {
    const peer = await RawPeer.silent();
    const closing = once(peer.link, "close");
    peer.stream.end();
    expect((await closing)[0].error).toMatchObject({ code: "ERR_TLS" });
  });

  test("that is given up hands its reason to its channels, and hangs up in good order", async () => {
    const peer = await RawPeer.connected();
    const channel = await peer.open("x");
    const ends = endOf(channel);
    const reason = new ConnectError("ERR_CLOSED", "no longer allowed");
    peer.link.destroy(reason);
    expect(await ends).toBe(reason);
    await settle();
    expect(peer.hasSeenEnd).toBe(true);
    await peer.link.closed;
  });
});

/** The error that the channel ended with, if any. */
async function endOf(channel: Channel): Promise<Error | undefined> {
  let error: Error | undefined;
  channel.on("error", (reason) => {
    error = reason;
  });
  await new Promise((resolve) => channel.on("close", resolve));
  return error;
}
