// What the description of a node's behaviour promises of the whole node, from the user's call to the datagram.
import { describe, expect, onTestFinished, test } from "vitest";
import { type DatagramReceiver, type DatagramTransport, DhtRunner, SockAddr } from "../../src/index.ts";
import { VirtualScheduler } from "../../src/scheduler/index.ts";
import { startPair } from "../runner/loopback.ts";

const SILENT_HOST = "10.200.0.1:4222";

/** A network in which nobody answers, and which writes down when something new is sent. */
class Silence implements DatagramTransport {
  readonly clock = new VirtualScheduler();
  readonly firstSent = new Map<string, number>();

  async open(_: DatagramReceiver): Promise<void> {}

  bound(family: 4 | 6): SockAddr | undefined {
    return family === 4 ? SockAddr.ipv4(0x0a000001, 4222) : undefined;
  }

  send(datagram: Uint8Array): void {
    const bytes = Buffer.from(datagram).toString("hex");
    if (!this.firstSent.has(bytes)) this.firstSent.set(bytes, this.clock.now());
  }

  async close(): Promise<void> {}

  /** Lets promises that are settled be heard, then time pass, then promises again. */
  async pass(ms: number): Promise<void> {
    await new Promise(setImmediate);
    this.clock.advance(ms);
    await new Promise(setImmediate);
  }
}

async function aloneIn(silence: Silence): Promise<DhtRunner> {
  const node = await DhtRunner.run({ socket: silence, clock: silence.clock, bootstrap: SILENT_HOST });
  onTestFinished(() => node.join());
  return node;
}

describe("a node whose bootstrap host is dead", () => {
  test("lets operations wait until it knows, then gives what is here and fails them", async () => {
    const silence = new Silence();
    const node = await aloneIn(silence);
    const over: string[] = [];
    const put = node.put("key", "mine").then(({ ok }) => over.push(`put ${ok}`));
    const stream = node.get("key");
    const got = Array.fromAsync(stream).then((values) => over.push(`get ${values.map((value) => value.text())}`));
    const listener = node.listen("key");

    await silence.pass(6900);
    expect([node.status, over]).toEqual(["connecting", []]);

    await silence.pass(2900);
    expect(node.status).toBe("disconnected");
    await Promise.all([put, got]);
    expect(over.toSorted()).toEqual(["get mine", "put false"]);
    expect((await stream.done).ok).toBe(false);
    const event = await listener[Symbol.asyncIterator]().next();
    expect(event.value?.value.text()).toBe("mine");
  });

  test("is asked at 0, 10, 30 and 70 s, and from the start again when the machine changes its network", async () => {
    const silence = new Silence();
    const node = await aloneIn(silence);
    await silence.pass(100_000); // and the last question is given up as well
    const rounds = [...silence.firstSent.values()];
    expect(rounds).toHaveLength(4);
    for (const [index, seconds] of [0, 10, 30, 70].entries()) {
      expect(rounds[index]).toBeGreaterThanOrEqual(seconds * 1000);
      expect(rounds[index]).toBeLessThanOrEqual(seconds * 1000 * 1.25);
    }
    const changed = silence.clock.now();
    node.connectivityChanged();
    await silence.pass(13_000);
    const again = [...silence.firstSent.values()].slice(4).map((time) => time - changed);
    expect(again).toHaveLength(2);
    expect(again[0]).toBeLessThan(1000);
  });
});

describe("shutdown", () => {
  test("waits for what is under way", async () => {
    const [, node] = await startPair();
    const put = node.put("key", "value");
    const stream = node.get("key");
    await node.shutdown();
    expect((await put).ok).toBe(true);
    expect((await stream.done).ok).toBe(true);
  });

  test("that shall stop fails it, and what comes afterwards", async () => {
    const [, node] = await startPair();
    const put = node.put("key", "value");
    const stream = node.get("key");
    await node.shutdown({ stop: true });
    expect((await put).ok).toBe(false);
    expect((await stream.done).ok).toBe(false);
    expect((await node.put("key", "late")).ok).toBe(false);
    await Promise.all([node.shutdown(), node.shutdown(), node.join(), node.join()]);
    expect(node.state).toBe("idle");
  });
});
