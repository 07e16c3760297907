import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SeededRandom } from "../../src/random/index.ts";
import { VirtualScheduler } from "../../src/scheduler/index.ts";
import { AddressPlan } from "../../src/testnet/address-plan.ts";
import { toMilliseconds } from "../../src/testnet/duration.ts";
import { latencyModel } from "../../src/testnet/latency.ts";
import { MAX_DATAGRAM_BYTES, type NetworkConditions, SimulatedNetwork } from "../../src/testnet/simulated-network.ts";

describe("a duration", () => {
  test.each([
    [1500, 1500],
    ["250ms", 250],
    ["30s", 30_000],
    ["1.5 min", 90_000],
    ["5m", 300_000],
    ["1h", 3_600_000],
    ["7d", 604_800_000],
  ])("%s is %i ms", (text, ms) => {
    expect(toMilliseconds(text)).toBe(ms);
  });

  test.each(["", "5", "h", "5 weeks", "-1s", Number.NaN, -1])("%s is none", (text) => {
    expect(() => toMilliseconds(text)).toThrow(TypeError);
  });
});

describe("an address", () => {
  test("tells whose it is, in both families, whatever shares a host", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 1, max: 50 }), (index, perHost) => {
        const plan = new AddressPlan(perHost);
        expect(plan.indexOf(plan.address(4, index))).toBe(index);
        expect(plan.indexOf(plan.address(6, index))).toBe(index);
      }),
    );
  });

  test("that was never given out is nobody's", () => {
    const plan = new AddressPlan(1);
    expect(plan.indexOf(plan.address(4, 3).withPort(4223))).toBe(-1);
  });
});

describe("latency", () => {
  test("of the internet depends on the places of both, is the same both ways but for jitter, and stays below 150 ms mostly", () => {
    const latency = latencyModel("internet", new SeededRandom(1));
    const delays: number[] = [];
    for (let from = 0; from < 50; from++) {
      for (let to = 0; to < 50; to++) {
        const delay = latency(from, to);
        delays.push(delay);
        expect(Math.abs(delay - latency(to, from))).toBeLessThan(40);
      }
    }
    delays.sort((a, b) => a - b);
    expect(delays[0]).toBeGreaterThan(2);
    expect(delays[Math.floor(delays.length * 0.99)]).toBeLessThan(150);
  });

  test("may be a number, a range, a local network or a function", () => {
    const random = new SeededRandom(1);
    expect(latencyModel(7, random)(1, 2)).toBe(7);
    expect(latencyModel((from, to) => from + to, random)(1, 2)).toBe(3);
    for (const [latency, min, max] of [
      [{ min: 5, max: 6 }, 5, 6],
      ["lan", 0.1, 0.4],
    ] as const) {
      const delay = latencyModel(latency, random)(1, 2);
      expect(delay).toBeGreaterThanOrEqual(min);
      expect(delay).toBeLessThanOrEqual(max);
    }
    expect(() => latencyModel(-1, random)).toThrow(TypeError);
    expect(() => latencyModel({ min: 5, max: 4 }, random)).toThrow(TypeError);
  });
});

describe("the simulated network", () => {
  function network(conditions: Partial<NetworkConditions> = {}) {
    const scheduler = new VirtualScheduler();
    const net = new SimulatedNetwork({
      scheduler,
      random: new SeededRandom(5),
      latency: () => 10,
      conditions: { loss: 0, duplication: 0, reordering: 0, ...conditions },
      endpointsPerHost: 1,
    });
    const [a, b] = [net.attach([4]), net.attach([4, 6])];
    const received: number[] = [];
    b.receiver = (datagram, from) => {
      expect(from).toBe(a.address4);
      received.push(datagram[0] ?? -1);
    };
    const send = (count: number) => {
      for (let i = 0; i < count; i++) if (b.address4) a.send(Uint8Array.of(i % 256), b.address4);
      scheduler.advance(1000);
    };
    return { scheduler, net, a, b, received, send };
  }

  test("delivers in order when nothing is wrong", () => {
    const { received, send, net } = network();
    send(100);
    expect(received).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(net.stats).toMatchObject({ sent: 100, delivered: 100, lost: 0 });
  });

  test("loses, doubles and reorders as often as it is told", () => {
    const lossy = network({ loss: 0.3 });
    lossy.send(2000);
    expect(lossy.net.stats.lost / 2000).toBeCloseTo(0.3, 1);
    expect(lossy.received).toHaveLength(2000 - lossy.net.stats.lost);
    const doubling = network({ duplication: 0.3 });
    doubling.send(2000);
    expect(doubling.received.length / 2000).toBeCloseTo(1.3, 1);
    const reordering = network({ reordering: 0.3 });
    reordering.send(100);
    expect(reordering.received).toHaveLength(100);
    expect(reordering.received).not.toEqual([...reordering.received].sort((x, y) => x - y));
  });

  test("delivers nothing across a partition, to nobody, to a family that isn't there, or beyond the size of a datagram", () => {
    const { net, a, b, received, send } = network();
    b.group = 1;
    send(1);
    b.group = 0;
    if (b.address4) a.send(new Uint8Array(MAX_DATAGRAM_BYTES + 1), b.address4);
    if (b.address4) a.send(Uint8Array.of(1), b.address4.withPort(9));
    if (b.address6) a.send(Uint8Array.of(1), b.address6);
    expect(received).toEqual([]);
    expect(net.stats).toMatchObject({ sent: 3, unreachable: 2, tooLarge: 1 });
  });

  test("shows every datagram and its fate to an observer", () => {
    const { net, a, b } = network();
    const seen: string[] = [];
    net.observer = (datagram, from, to, fate) => seen.push(`${datagram.length} ${from} ${to} ${fate}`);
    if (b.address4) a.send(Uint8Array.of(1), b.address4);
    expect(seen).toEqual(["1 10.0.0.1:4222 10.0.0.2:4222 travels"]);
  });
});
