import { describe, expect, it } from "vitest";
import { countKinds } from "../../page/traffic/kinds.ts";
import { riverColumns, riverSeries } from "../../page/traffic/river.ts";
import { TrafficWindow } from "../../page/traffic/traffic-window.ts";
import type { MessageTally, TrafficMessage } from "../../src/messages.ts";

const second = (at: number, received: MessageTally, sent: MessageTally = {}): TrafficMessage => ({
  kind: "traffic",
  at: at * 1000,
  in: received,
  out: sent,
  bytesIn: 0,
  bytesOut: 0,
});

describe("traffic by kind", () => {
  it("counts together what belongs together, and leaves out what it doesn't know", () => {
    const tally = { put: 1, part: 2, refresh: 3, listen: 1, update: 4, gossip: 9 };
    expect(countKinds(tally)).toEqual({ find: 0, get: 0, put: 6, listen: 5, ping: 0, reply: 0, error: 0 });
  });

  it("remembers as many seconds as it should", () => {
    const window = new TrafficWindow(3);
    for (let i = 1; i <= 5; i++) window.add(second(i, { get: i }, { reply: 10 * i }));
    expect(window.times).toEqual([3, 4, 5]);
    expect(window.received.get).toEqual([3, 4, 5]);
    expect(window.sent.reply).toEqual([30, 40, 50]);
    expect(window.latest).toBe(55);
    expect(window.total("get")).toBe(12);
    expect(window.total("reply")).toBe(120);
  });

  it("knows nothing before the first second", () => {
    expect(new TrafficWindow(3).latest).toBe(0);
  });
});

describe("a river", () => {
  it("lays one kind upon the other, received above the line and sent below", () => {
    const columns = riverColumns([1, 2], [[1, 2], [10, 20]], [[3, 4], [30, 40]]); // biome-ignore format: columns as columns
    expect(columns).toEqual([
      [1, 2],
      [1, 2],
      [11, 22],
      [-3, -4],
      [-33, -44],
    ]);
  });

  it("fills each layer up to the one before, on both banks", () => {
    const { series, bands } = riverSeries((name) => name, 2);
    expect(series).toHaveLength(1 + 2 * 7);
    expect(bands).toHaveLength(2 * 6);
    expect(bands[0]).toMatchObject({ series: [2, 1], dir: -1, fill: "--kind-get" });
    expect(bands[6]).toMatchObject({ series: [9, 8], dir: 1, fill: "--kind-get" });
  });
});
