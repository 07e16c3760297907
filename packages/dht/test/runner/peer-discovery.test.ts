import { describe, expect, it, onTestFinished } from "vitest";
import { MulticastSocket } from "../../src/discovery/index.ts";
import { PeerDiscovery } from "../../src/index.ts";
import { MAX_WAITING_FINDS } from "../../src/runner/peer-discovery.ts";

/** Multicast that stays on this machine: IPv4, loopback interface, a port of its own for each test. */
let nextPort = 40_000 + (process.pid % 20_000);

function open(port: number): PeerDiscovery {
  const discovery = new PeerDiscovery({ port, families: [4], interfaces: { 4: "127.0.0.1" } });
  onTestFinished(() => discovery[Symbol.asyncDispose]());
  return discovery;
}

describe("PeerDiscovery", () => {
  it("finds what is published before and after one looks, as the object that was published", async () => {
    const port = nextPort++;
    const alice = open(port);
    alice.publish("chat", { name: "Alice", keys: [Uint8Array.of(1, 2)], seq: 2n ** 40n }, { family: 4 });
    await alice.ready;
    const bob = open(port);
    for await (const { value, addr } of bob.discover<{ name: string }>("chat")) {
      expect(value).toEqual({ name: "Alice", keys: [Uint8Array.of(1, 2)], seq: 2n ** 40n });
      expect(addr.host).toBe("127.0.0.1");
      break;
    }
    const finds = alice.discover<string>("news")[Symbol.asyncIterator]();
    bob.publish("news", "later");
    expect((await finds.next()).value?.value).toBe("later");
  });

  it("takes back what it published, and tells several services and loops apart", async () => {
    const port = nextPort++;
    const alice = open(port);
    alice.publish("first", 1)[Symbol.dispose]();
    const bob = open(port);
    const found: unknown[] = [];
    const first = new AbortController();
    const watching = (async () => {
      for await (const { value } of bob.discover("first", first)) found.push(value);
    })();
    const second = bob.discover("second")[Symbol.asyncIterator]();
    alice.publish("second", 2);
    expect((await second.next()).value?.value).toBe(2);
    first.abort();
    await watching;
    expect(found).toEqual([]);
  });

  it("passes over what is no MessagePack object", async () => {
    const port = nextPort++;
    const bob = open(port);
    await bob.ready;
    const finds = bob.discover("name")[Symbol.asyncIterator]();
    const stranger = await MulticastSocket.open(4, port, "127.0.0.1", () => {});
    onTestFinished(() => stranger.close());
    const named = (...data: number[]) => Uint8Array.of(0x81, 0xa4, ...Buffer.from("name"), ...data);
    stranger.sendToGroup(named(0xc4, 0x05, 0x01)); // shorter than it claims
    stranger.sendToGroup(named(0x07));
    expect((await finds.next()).value?.value).toBe(7);
  });

  it("ends its loops by an abort, before it begins too, and with the discovery", async () => {
    const discovery = open(nextPort++);
    expect(await Array.fromAsync(discovery.discover("name", { signal: AbortSignal.abort() }))).toEqual([]);
    const abort = new AbortController();
    const aborted = Array.fromAsync(discovery.discover("name", abort));
    abort.abort();
    expect(await aborted).toEqual([]);
    const last = Array.fromAsync(discovery.discover("name"));
    await discovery[Symbol.asyncDispose]();
    expect(await last).toEqual([]);
    expect(await Array.fromAsync(discovery.discover("name"))).toEqual([]);
    discovery.publish("name", 1)[Symbol.dispose]();
  });

  it("keeps so many finds for a slow reader, and lets the oldest go", async () => {
    const port = nextPort++;
    const bob = open(port);
    await bob.ready;
    const slow = bob.discover<number>("count");
    const quick = bob.discover<number>("count")[Symbol.asyncIterator]();
    for (let i = 0; i < MAX_WAITING_FINDS + 3; i++) {
      bob.publish("count", i);
      let heard: number | undefined;
      while (heard !== i) heard = (await quick.next()).value?.value; // one after the other: no socket's buffer overflows
    }
    await bob[Symbol.asyncDispose]();
    const kept = await Array.fromAsync(slow);
    expect([kept.length, kept.at(-1)?.value]).toEqual([MAX_WAITING_FINDS, MAX_WAITING_FINDS + 2]);
  });

  it("says so where no group can be joined", async () => {
    const nowhere = new PeerDiscovery({ families: [4], interfaces: { 4: "192.0.2.1" } });
    await expect(nowhere.ready).rejects.toMatchObject({ code: "ERR_SOCKET" });
    await expect(Array.fromAsync(nowhere.discover("name"))).rejects.toThrow("can't join the local discovery group");
    await nowhere[Symbol.asyncDispose]();
  });
});
