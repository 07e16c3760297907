import { describe, expect, test } from "vitest";
import { SockAddr } from "../../src/address/index.ts";
import {
  BOOTSTRAP_JITTER,
  DhtNode,
  type DhtNodeOptions,
  MAX_ADDRESSES_PER_HOST,
  MAX_BOOTSTRAP_HOSTS,
  MAX_BOOTSTRAP_PERIOD_MS,
  MIN_BOOTSTRAP_PERIOD_MS,
  type NodeStatus,
} from "../../src/node/index.ts";
import { SeededRandom } from "../../src/random/index.ts";
import { VirtualScheduler } from "../../src/scheduler/index.ts";
import { createTestnet, Testnet } from "../../src/testnet/index.ts";
import { decodeMessage } from "../../src/wire/index.ts";

const SILENT_HOST = "192.0.2.1";

/** A node whose datagrams go nowhere. */
class LonelyNode {
  readonly scheduler = new VirtualScheduler();
  readonly pings: { readonly at: number; readonly to: SockAddr; readonly bytes: string }[] = [];
  readonly statuses: { readonly at: number; readonly status4: NodeStatus; readonly status6: NodeStatus }[] = [];
  readonly dht: DhtNode;

  constructor(options: Partial<DhtNodeOptions> = {}) {
    this.dht = new DhtNode({
      scheduler: this.scheduler,
      random: new SeededRandom(1),
      families: { 4: true, 6: false },
      send: (bytes, to) => {
        if (decodeMessage(bytes).kind === "ping")
          this.pings.push({ at: this.scheduler.now(), to, bytes: bytes.join() });
      },
      events: {
        onStatus: (status4, status6) => this.statuses.push({ at: this.scheduler.now(), status4, status6 }),
      },
      ...options,
    });
  }

  /** When passes began: each pings with a tid of its own. */
  get passes(): number[] {
    const first = new Map<string, number>();
    for (const { at, bytes } of this.pings) if (!first.has(bytes)) first.set(bytes, at);
    return [...first.values()];
  }
}

describe("a ping to a silent address", () => {
  test("is sent at 0, about 1.1 and about 3.5 s, with the same bytes, and fails after 7 to 9.75 s", () => {
    const node = new LonelyNode();
    let failedAt = 0;
    node.dht.ping(SockAddr.ipv4(0xc0000201, 1), (ok) => {
      expect(ok).toBe(false);
      failedAt = node.scheduler.now();
    });
    node.scheduler.advance(20_000);
    const [first = 0, second = 0, third = 0] = node.pings.map(({ at }) => at);
    expect(node.pings).toHaveLength(3);
    expect(new Set(node.pings.map(({ bytes }) => bytes)).size).toBe(1);
    expect(first).toBe(0);
    expect(second).toBeGreaterThanOrEqual(1000);
    expect(second).toBeLessThanOrEqual(1250);
    expect(third).toBeGreaterThanOrEqual(3000);
    expect(third).toBeLessThanOrEqual(4000);
    expect(failedAt).toBeGreaterThanOrEqual(7000);
    expect(failedAt).toBeLessThanOrEqual(9750);
  });

  test("to a family without socket fails at once", () => {
    const node = new LonelyNode();
    const outcomes: boolean[] = [];
    node.dht.ping(SockAddr.ipv6(0x20010db8, 0, 0, 1, 4222), (ok) => outcomes.push(ok));
    expect(outcomes).toEqual([false]);
  });
});

describe("the bootstrap", () => {
  test("makes the node connecting at once, and disconnected when nobody has answered", () => {
    const node = new LonelyNode();
    node.dht.addBootstrap(SILENT_HOST);
    expect(node.dht.status4).toBe("connecting");
    expect(node.dht.status6).toBe("disconnected");
    node.scheduler.advance(9800);
    expect(node.dht.status4).toBe("disconnected");
    expect(node.statuses.map(({ status4 }) => status4)).toEqual(["connecting", "disconnected"]);
  });

  test("knocks at 0, 10, 30, 70 … s, and then about every minute", () => {
    const node = new LonelyNode();
    node.dht.addBootstrap(SILENT_HOST);
    node.scheduler.advance(120_000);
    const passes = node.passes;
    const expected = [0, 1, 3, 7].map((periods) => periods * MIN_BOOTSTRAP_PERIOD_MS);
    expect(passes).toHaveLength(expected.length);
    for (const [index, at] of expected.entries()) {
      expect(passes[index]).toBeGreaterThanOrEqual(at);
      expect(passes[index]).toBeLessThanOrEqual(at * (1 + BOOTSTRAP_JITTER));
    }
    node.scheduler.advance(86_400_000);
    const late = node.passes.slice(-100);
    const waits = late.slice(1).map((at, index) => at - (late[index] ?? 0));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(MAX_BOOTSTRAP_PERIOD_MS);
    expect(Math.max(...waits)).toBeLessThanOrEqual(MAX_BOOTSTRAP_PERIOD_MS * (1 + BOOTSTRAP_JITTER));
  });

  test("of nodes that lost the network together drifts apart: no second sees many of them", () => {
    const nodes = Array.from({ length: 300 }, (_, seed) => new LonelyNode({ random: new SeededRandom(seed) }));
    const knocks = new Uint32Array(60);
    for (const node of nodes) {
      node.dht.addBootstrap(SILENT_HOST);
      node.scheduler.advance(20 * 60_000);
      for (const at of node.passes.filter((time) => time >= 19 * 60_000)) {
        const second = Math.floor(at / 1000) % 60;
        knocks[second] = (knocks[second] ?? 0) + 1;
      }
    }
    expect(Math.max(...knocks)).toBeLessThan(nodes.length / 15);
  });

  test("begins with short waits again when it is restarted, and ends when it is cleared", () => {
    const node = new LonelyNode();
    node.dht.addBootstrap(SILENT_HOST);
    node.scheduler.advance(200_000);
    const before = node.passes.length;
    node.dht.startBootstrap();
    node.scheduler.advance(12_000);
    expect(node.passes.length).toBe(before + 2);
    node.dht.clearBootstrap();
    node.scheduler.advance(10 * 86_400_000);
    expect(node.passes.length).toBe(before + 2);
  });

  test("gives the default port to a host without one", () => {
    const node = new LonelyNode();
    node.dht.addBootstrap(SILENT_HOST, 0);
    node.scheduler.advance(1);
    expect(node.pings[0]?.to.port).toBe(4222);
  });

  test("pings every address that a name has, and takes its time to look it up", () => {
    const looked: string[] = [];
    const node = new LonelyNode({
      resolve: (host, port, done) => {
        looked.push(`${host}:${port}`);
        node.scheduler.at(node.scheduler.now() + 500, () =>
          done([SockAddr.ipv4(0xc0000201, port), SockAddr.ipv4(0xc0000202, port)]),
        );
      },
    });
    node.dht.addBootstrap("bootstrap.example", 4223);
    expect(node.dht.status4).toBe("connecting");
    node.scheduler.advance(400);
    expect(node.dht.status4).toBe("connecting");
    expect(node.pings).toHaveLength(0);
    node.scheduler.advance(200);
    expect(looked).toEqual(["bootstrap.example:4223"]);
    expect(node.pings.map(({ to }) => to.toString())).toEqual(["192.0.2.1:4223", "192.0.2.2:4223"]);
  });

  test("tries a bounded number of the addresses of a name", () => {
    const many = Array.from({ length: 100 }, (_, index) => SockAddr.ipv4(0xc0000200 + index, 4222));
    const node = new LonelyNode({ resolve: (_host, _port, done) => done(many) });
    node.dht.addBootstrap("bootstrap.example");
    node.scheduler.advance(1);
    expect(node.pings).toHaveLength(MAX_ADDRESSES_PER_HOST);
  });

  test("goes on when a name has no address", () => {
    const node = new LonelyNode({ resolve: (_host, _port, done) => done([]) });
    node.dht.addBootstrap("nowhere.example");
    node.scheduler.advance(1);
    expect(node.dht.status4).toBe("disconnected");
    node.scheduler.advance(30_000);
    expect(node.statuses.length).toBeGreaterThanOrEqual(2);
  });

  test("remembers a bounded number of hosts", () => {
    const node = new LonelyNode();
    for (let i = 0; i < MAX_BOOTSTRAP_HOSTS + 50; i++) node.dht.addBootstrap(`10.0.${i >> 8}.${i & 255}`);
    node.scheduler.advance(1);
    expect(node.pings).toHaveLength(MAX_BOOTSTRAP_HOSTS);
  });
});

describe("a node", () => {
  test("that is told of nodes is connecting until it has asked one", () => {
    const node = new LonelyNode();
    node.dht.insertNode({
      id: new LonelyNode({ random: new SeededRandom(2) }).dht.id,
      address: SockAddr.ipv4(0xc0000201, 1),
    });
    expect(node.dht.status4).toBe("connecting");
  });

  test("finds back when its only peer was away for a minute, without any bootstrap host", async () => {
    const net = new Testnet({ latency: 1, bootstraps: 0 });
    const [a, b] = net.spawn(2);
    if (a === undefined || b === undefined) throw new Error("two nodes were asked for");
    a.dht.insertNode({ id: b.id, address: b.address });
    await net.advance("1m");
    expect(a.status).toBe("connected");
    net.partition([[a], [b]]);
    for (let i = 0; i < 3; i++) await a.put(`key ${i}`, "value");
    expect(a.status).not.toBe("connected");
    net.heal();
    await net.advance("3m");
    expect(a.status).toBe("connected");
  });

  test("that was started offline with nothing but nodes of an earlier run joins when the network is there", async () => {
    const net = new Testnet({ latency: 1, bootstraps: 0 });
    const [a, b] = net.spawn(2);
    if (a === undefined || b === undefined) throw new Error("two nodes were asked for");
    net.partition([[a], [b]]);
    a.dht.insertNode({ id: b.id, address: b.address });
    await net.advance("6h");
    expect(a.status).toBe("disconnected");
    net.heal();
    await net.advance("90s");
    expect(a.status).toBe("connected");
  });

  test("is connected as soon as its bootstrap host has answered, and stays so", async () => {
    const net = await createTestnet({ nodes: 2, latency: 10 });
    expect(net.nodes.map(({ status }) => status)).toEqual(["connected", "connected"]);
    await net.advance("3h");
    expect(net.nodes.map(({ status }) => status)).toEqual(["connected", "connected"]);
  });
});
