import { describe, expect, test } from "vitest";
import { encodeFrame } from "../../src/mux/frame.ts";
import { encodeProtocolMessage } from "../../src/mux/protocol-message.ts";
import { longerSession } from "../support/captured-mux.ts";
import { settle } from "../support/virtual-time.ts";
import { LinkedPair, readAll } from "./linked-pair.ts";
import { HELLO, RawPeer } from "./raw-peer.ts";

describe("opening channels", () => {
  test("the name reaches the other side, which decides; both get the channel", async () => {
    const asked: unknown[] = [];
    const pair = new LinkedPair({
      accept: (request) => {
        asked.push(request);
        return true;
      },
    });
    const channel = await pair.a.open("dummyName");
    expect(asked).toMatchObject([{ name: "dummyName", number: 1 }]);
    expect(pair.atB.map(({ name, number, isInitiator }) => ({ name, number, isInitiator }))).toEqual([
      { name: "dummyName", number: 1, isInitiator: false },
    ]);
    expect(channel).toMatchObject({ name: "dummyName", number: 1, isInitiator: true });
    expect([...pair.a.channels.keys()]).toEqual([1]);
  });

  test("the TLS client counts from 1, the TLS server from 32768", async () => {
    const pair = new LinkedPair();
    expect((await pair.a.open("x")).number).toBe(1);
    expect((await pair.a.open("x")).number).toBe(2);
    expect((await pair.b.open("x")).number).toBe(0x8000);
  });

  test("two channels of one name are two channels", async () => {
    const pair = new LinkedPair();
    const [first, second] = await Promise.all([pair.a.open("same"), pair.a.open("same")]);
    expect(first.number).not.toBe(second.number);
    expect(pair.atB.map(({ name }) => name)).toEqual(["same", "same"]);
  });

  test("a declined channel is an error; the link and other channels stay, and its number is passed over", async () => {
    const pair = new LinkedPair({ accept: ({ name }) => name !== "no" });
    const [channel, other] = await pair.open();
    await expect(pair.a.open("no")).rejects.toMatchObject({ code: "ERR_DECLINED" });
    expect(pair.a.isClosed).toBe(false);
    channel.end("still here");
    expect((await readAll(other)).toString()).toBe("still here");
    expect((await pair.a.open("yes")).number).toBe(3);
  });

  test("without anybody to decide, everything is declined; and so when the decision fails", async () => {
    const nobody = new LinkedPair({ accept: undefined });
    await expect(nobody.a.open("x")).rejects.toMatchObject({ code: "ERR_DECLINED" });
    const failing = new LinkedPair({
      accept: () => {
        throw new Error("out of order");
      },
    });
    await expect(failing.a.open("x")).rejects.toMatchObject({ code: "ERR_DECLINED" });
    const later = new LinkedPair({ accept: () => Promise.reject(new Error("out of order")) });
    await expect(later.a.open("x")).rejects.toMatchObject({ code: "ERR_DECLINED" });
  });

  test("several requests in one control packet are all answered, in a lenient reading", async () => {
    const peer = await RawPeer.connected({ accept: ({ name }) => name !== "no" });
    const packet = Buffer.concat(
      [
        "93a16101c0",
        "92a16105",
        "94a16206002a",
        "93a26e6f0700",
        "93a17a6300",
        "82a16101a16202",
        "93a1630802",
        "2a",
      ].map((hex) => Buffer.from(hex, "hex")),
    );
    peer.send(encodeFrame(0, packet));
    expect(await peer.takeHex()).toEqual([
      "9200c40593a1610501",
      "9200c40593a1620601",
      "9200c40693a26e6f0702",
      "9200c40593a17a6301",
    ]);
    expect([...peer.link.channels.keys()]).toEqual([5, 6, 0x63]);
    expect(peer.link.isClosed).toBe(false);
  });

  test("reserved numbers and those in use are declined without asking anybody", async () => {
    const asked: string[] = [];
    const peer = await RawPeer.connected({
      accept: ({ name }) => {
        asked.push(name);
        return true;
      },
    });
    for (const [name, number] of [
      ["zero", 0],
      ["top", 0xffff],
      ["five", 5],
      ["again", 5],
    ] as const)
      peer.request(name, number);
    await settle();
    expect(asked).toEqual(["five"]);
    expect([...peer.link.channels.values()].map(({ name }) => name)).toEqual(["five"]);
  });

  test("answers that nobody waits for are passed over; an unknown answer is a no", async () => {
    const peer = await RawPeer.connected();
    peer.answer("ghost", 77, "accept");
    const opening = peer.link.open("x");
    await settle();
    peer.send(encodeFrame(0, Buffer.from("93a178cd800007", "hex")));
    await expect(opening).rejects.toMatchObject({ code: "ERR_DECLINED" });
    expect(peer.link.isClosed).toBe(false);
  });

  test("a name that fits into no packet fails alone", async () => {
    const pair = new LinkedPair();
    await expect(pair.a.open("n".repeat(65_535))).rejects.toMatchObject({ code: "ERR_MESSAGE_TOO_LONG" });
    expect((await pair.a.open("n".repeat(65_000))).name).toHaveLength(65_000);
  });

  test("whoever waits can give up; the channel is closed should the other side accept after all", async () => {
    const peer = await RawPeer.connected();
    const late = peer.link.open("slow", { timeoutMs: 2_000 });
    late.catch(() => {});
    const controller = new AbortController();
    const aborted = peer.link.open("slow", { signal: controller.signal });
    aborted.catch(() => {});
    await settle();
    peer.takeFrames();
    controller.abort(new Error("changed my mind"));
    await expect(aborted).rejects.toThrow("changed my mind");
    expect(await peer.takeHex()).toEqual(["92cd8001c400"]);
    await peer.time.run(2_000);
    await expect(late).rejects.toMatchObject({ code: "ERR_TIMED_OUT" });
    expect(await peer.takeHex()).toContain("92cd8000c400");
    peer.answer("slow", 0x8000, "accept");
    expect(await peer.takeHex()).toEqual(["92cd8000c400"]);
    expect(peer.link.channels.size).toBe(0);
  });

  test("while the other side thinks, the channel isn't open; then it is", async () => {
    const decision = Promise.withResolvers<boolean>();
    const pair = new LinkedPair({ accept: () => decision.promise });
    let isOpen = false;
    const opening = pair.a.open("slow").then(() => {
      isOpen = true;
    });
    await pair.time.run(10_000);
    expect(isOpen).toBe(false);
    decision.resolve(true);
    await opening;
    expect(pair.a.channels.size).toBe(1);
  });

  test("a request that was given up before the decision opens nothing", async () => {
    const decision = Promise.withResolvers<boolean>();
    const pair = new LinkedPair({ accept: () => decision.promise });
    const opening = pair.a.open("slow", { signal: AbortSignal.abort(new Error("no")) });
    await expect(opening).rejects.toThrow("no");
    const controller = new AbortController();
    const second = pair.a.open("slow", { signal: controller.signal });
    await settle();
    controller.abort(new Error("changed my mind"));
    await expect(second).rejects.toThrow("changed my mind");
    await settle();
    decision.resolve(true);
    await settle();
    expect(pair.atB).toEqual([]);
  });

  test("65,534 channels fit on a link, and no more", async () => {
    const pair = new LinkedPair({ limits: { maxIncomingChannels: 65_534, maxPendingRequests: 65_534 } });
    for (let opened = 0; opened < 65_534; opened += 302) {
      await Promise.all(Array.from({ length: 302 }, () => pair.a.open("x")));
    }
    expect(new Set(pair.a.channels.keys()).size).toBe(65_534);
    await expect(pair.a.open("x")).rejects.toMatchObject({ code: "ERR_LIMIT" });
    await expect(pair.b.open("x")).rejects.toMatchObject({ code: "ERR_LIMIT" });
    pair.a.channels.get(0x1234)?.destroy();
    await settle();
    expect((await pair.b.open("x")).number).toBe(0x1234);
  });
});

describe("data", () => {
  test("what is written at once arrives, per channel", async () => {
    const pair = new LinkedPair();
    const channels = await Promise.all(["a", "b", "c"].map((name) => pair.a.open(name)));
    for (const channel of channels) channel.end(channel.name.repeat(4));
    expect(await Promise.all(pair.atB.map((channel) => readAll(channel)))).toEqual(
      ["aaaa", "bbbb", "cccc"].map((text) => Buffer.from(text)),
    );
    expect(channels[0]?.bytesWritten).toBe(4);
    expect(pair.atB[0]?.bytesRead).toBe(4);
  });

  test("2,600 writes of 8,000 bytes on each of three channels arrive in order", async () => {
    const pair = new LinkedPair();
    const channels = await Promise.all(["a", "b", "c"].map((name) => pair.a.open(name)));
    const sums = Promise.all(
      pair.atB.map(async (channel) => {
        let next = 0;
        for await (const chunk of channel) for (const byte of chunk) if (byte === next % 251) next++;
        return next;
      }),
    );
    for (const channel of channels) void writeNumbers(channel, 2_600, 8_000);
    expect(await sums).toEqual([20_800_000, 20_800_000, 20_800_000]);
  });

  test("a write of 100,000 bytes leaves as 65,535 and 34,465", async () => {
    const peer = await RawPeer.connected();
    const channel = await peer.open("x");
    channel.write(Buffer.alloc(100_000));
    await settle();
    expect(peer.takeFrames().map(({ channel, length }) => [channel, length])).toEqual([
      [0x8000, 65_535],
      [0x8000, 34_465],
    ]);
  });

  test("to a peer of this library it leaves whole", async () => {
    const peer = await RawPeer.connected();
    peer.send(HELLO);
    const channel = await peer.open("x");
    peer.send(encodeProtocolMessage({ kind: "credit", number: channel.number, bytes: 100_000 }));
    await settle();
    channel.write(Buffer.alloc(100_000));
    await settle();
    const ofChannel = peer.takeFrames().filter((frame) => frame.channel === channel.number);
    expect(ofChannel.map(({ length }) => length)).toEqual([100_000]);
  });

  test("an empty write sends nothing: it would be the end", async () => {
    const peer = await RawPeer.connected();
    const channel = await peer.open("x");
    channel.write(Buffer.alloc(0));
    channel.write(Buffer.from("a"));
    expect(await peer.takeHex()).toEqual(["92cd8000c40161"]);
  });

  test("data may come before the answer", async () => {
    const peer = await RawPeer.connected();
    const opening = peer.link.open("x");
    await settle();
    peer.sendData(0x8000, "early");
    peer.answer("x", 0x8000, "accept");
    const channel = await opening;
    expect((await channel[Symbol.asyncIterator]().next()).value.toString()).toBe("early");
  });

  test("data for a channel that nobody has is dropped and counted", async () => {
    const peer = await RawPeer.connected();
    peer.sendData(9, "hello?");
    peer.send(encodeFrame(9, new Uint8Array(0)));
    await settle();
    expect(peer.link.stats()).toMatchObject({ strayBytes: 6 });
    expect(peer.link.isClosed).toBe(false);
  });
});

describe("the other side of a session between real peers", () => {
  test("is played by a link: what it answers is what the real one answered", async () => {
    const peer = await RawPeer.connected({ accept: ({ name }) => !name.startsWith("decline") });
    const replies: string[] = [];
    peer.link.addEventListener("channel", ({ channel }) => channel.on("error", () => {}));
    for (const { bytes } of longerSession.filter(({ side, channel }) => side === "client" && channel === 0)) {
      peer.send(bytes);
      replies.push(...(await peer.takeHex()));
    }
    expect(replies).toEqual(["9200c40b93a766726f6d426f620101"]);
  });
});

async function writeNumbers(
  channel: Awaited<ReturnType<LinkedPair["a"]["open"]>>,
  writes: number,
  length: number,
): Promise<void> {
  let next = 0;
  for (let i = 0; i < writes; i++) {
    const chunk = Buffer.alloc(length);
    for (let j = 0; j < length; j++) chunk[j] = next++ % 251;
    if (!channel.write(chunk)) await new Promise((resolve) => channel.once("drain", resolve));
  }
  channel.end();
}
