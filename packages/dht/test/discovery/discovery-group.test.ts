import { describe, expect, it, onTestFinished } from "vitest";
import {
  FIRST_ROUND_DELAY_MS,
  MAX_ANSWERS_PER_SECOND,
  MAX_ROUND_DELAY_MS,
} from "../../src/discovery/discovery-group.ts";
import { DISCOVERY_GROUPS, DiscoveryGroup, MulticastSocket } from "../../src/discovery/index.ts";
import { RealScheduler, type SockAddr } from "../../src/index.ts";
import { VirtualScheduler } from "../../src/scheduler/index.ts";
import { encodeDiscoveryQuery } from "../../src/wire/index.ts";

const NAME = Uint8Array.of(0xa5, ...Buffer.from("alice")); // a packed text

/** Multicast that stays on this machine: IPv4, loopback interface, a port of its own for each test. */
let nextPort = 20_000 + (process.pid % 20_000);

async function open(port: number, scheduler = new VirtualScheduler()): Promise<DiscoveryGroup> {
  const discovery = await DiscoveryGroup.open({ scheduler, port, families: [4], interfaces: { 4: "127.0.0.1" } });
  onTestFinished(() => discovery[Symbol.asyncDispose]());
  return discovery;
}

/** Listens to the group and keeps what it hears, as text. */
async function eavesdrop(port: number): Promise<{ heard: string[]; until(count: number): Promise<void> }> {
  const heard: string[] = [];
  let wake = () => {};
  const socket = await MulticastSocket.open(4, port, "127.0.0.1", (datagram) => {
    heard.push(Buffer.from(datagram).toString("hex"));
    wake();
  });
  onTestFinished(() => socket.close());
  return {
    heard,
    async until(count) {
      while (heard.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

describe("DiscoveryGroup", () => {
  it("finds what is announced before and after it asks, with the sender's address", async () => {
    const port = nextPort++;
    const alice = await open(port);
    alice.publish("name", 4, NAME);
    const bob = await open(port);
    const found = Promise.withResolvers<[Uint8Array, SockAddr]>();
    bob.discover("name", (data, from) => found.resolve([data, from]));
    const [data, from] = await found.promise;
    expect(data).toEqual(NAME);
    expect(from.host).toBe("127.0.0.1");
    const later = Promise.withResolvers<Uint8Array>();
    alice.discover("other", (data) => later.resolve(data));
    bob.publish("other", 4, Uint8Array.of(1));
    expect(await later.promise).toEqual(Uint8Array.of(1));
  });

  it("asks and announces again while the node searches: at 0, 10, 30, 70 s, then every minute, until it settles", async () => {
    const port = nextPort++;
    const scheduler = new VirtualScheduler();
    const discovery = await open(port, scheduler);
    const ear = await eavesdrop(port);
    discovery.publish("name", 4, NAME);
    await ear.until(1);
    ear.heard.length = 0;
    const rounds: number[] = [];
    discovery.search();
    let expected = 0;
    for (const seconds of [0, 10, 20, 40, 60, 60]) {
      scheduler.advance(seconds * 1000 - (seconds > 0 ? 1 : 0));
      expect(ear.heard.length).toBe(expected);
      scheduler.advance(seconds > 0 ? 1 : 0);
      expected += 2; // a query and an announcement
      await ear.until(expected);
      rounds.push(scheduler.now() / 1000);
    }
    expect(rounds).toEqual([0, 10, 30, 70, 130, 190]);
    expect([FIRST_ROUND_DELAY_MS, MAX_ROUND_DELAY_MS]).toEqual([10_000, 60_000]);
    expect(ear.heard.slice(0, 2)).toEqual(["a171", `81a46e616d65${Buffer.from(NAME).toString("hex")}`]);
    discovery.settle();
    expect(scheduler.pending).toBe(0);
  });

  it("forgets a service and a question when they are disposed of", async () => {
    const port = nextPort++;
    const alice = await open(port);
    alice.publish("first", 4, NAME)[Symbol.dispose]();
    const bob = await open(port);
    const found: string[] = [];
    bob.discover("second", () => found.push("disposed"))[Symbol.dispose]();
    const heard = Promise.withResolvers<void>();
    bob.discover("first", () => found.push("first"));
    bob.discover("second", () => heard.resolve());
    alice.publish("second", 4, NAME);
    await heard.promise;
    expect(found).toEqual([]);
  });

  it("answers a flood of questions no faster than its limit", async () => {
    const port = nextPort++;
    const alice = await open(port);
    alice.publish("name", 4, NAME);
    let answers = 0;
    let ownQuestion = Promise.withResolvers<void>();
    const asker = await MulticastSocket.open(4, port, "127.0.0.1", (datagram) => {
      if (datagram.length === 2) ownQuestion.resolve();
      else answers++;
    });
    onTestFinished(() => asker.close());
    for (let i = 0; i < 200; i++) {
      ownQuestion = Promise.withResolvers();
      asker.sendToGroup(encodeDiscoveryQuery());
      await ownQuestion.promise; // so that no socket's buffer overflows
    }
    expect(answers).toBeGreaterThan(0);
    expect(answers).toBeLessThanOrEqual(MAX_ANSWERS_PER_SECOND);
  });

  it("ignores what is no discovery message, and says so when no family can be opened", async () => {
    const port = nextPort++;
    const bob = await open(port, new VirtualScheduler());
    const found = Promise.withResolvers<Uint8Array>();
    bob.discover("name", (data) => found.resolve(data));
    const stranger = await MulticastSocket.open(4, port, "127.0.0.1", () => {});
    onTestFinished(() => stranger.close());
    for (const hex of ["", "c0", "93010203", "81", "81a46e616d65", "a178"])
      stranger.sendToGroup(Buffer.from(hex, "hex"));
    stranger.sendToGroup(Uint8Array.of(0x81, 0xa4, ...Buffer.from("name"), ...NAME));
    expect(await found.promise).toEqual(NAME);
    await expect(
      DiscoveryGroup.open({ scheduler: new RealScheduler(), families: [4], interfaces: { 4: "192.0.2.1" } }),
    ).rejects.toThrow("can't join the local discovery group");
    expect(DISCOVERY_GROUPS).toEqual({ 4: "239.192.0.1", 6: "ff08::101" });
  });
});
