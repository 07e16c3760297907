import { InfoHash, SeededRandom } from "@hashmere/dht/engine";
import { describe, expect, it } from "vitest";
import { alongCurve, bendBetween, bucketArcs, distanceBetween, pointAt, turnOf } from "../../page/ring/geometry.ts";

const id = (first: string) => first.padEnd(40, "0");

describe("the circle of keys", () => {
  it("begins at the top and goes clockwise", () => {
    expect(turnOf(id("0"))).toBe(0);
    expect(turnOf(id("4"))).toBe(0.25);
    expect(turnOf(id("c"))).toBe(0.75);
    const right = pointAt(turnOf(id("4")), 10);
    expect(right.x).toBeCloseTo(10);
    expect(right.y).toBeCloseTo(0);
    expect(pointAt(0, 10).y).toBeCloseTo(-10);
  });

  it("takes what is no id for the beginning", () => {
    expect(turnOf("not hex")).toBe(0);
  });

  it("knows the shorter way round", () => {
    expect(distanceBetween(0.95, 0.05)).toBeCloseTo(0.1);
    expect(distanceBetween(0.25, 0.75)).toBe(0.5);
    expect(distanceBetween(0.3, 0.3)).toBe(0);
  });

  it("bends lines between neighbours along the shore, and lets opposite ones cross the middle", () => {
    const near = bendBetween(0, 0.02, 100);
    const far = bendBetween(0, 0.5, 100);
    expect(Math.hypot(near.x, near.y)).toBeGreaterThan(80);
    expect(Math.hypot(far.x, far.y)).toBeLessThan(1);
  });

  it("follows a curve from its beginning to its end", () => {
    const [start, bend, end] = [
      { x: 0, y: 0 },
      { x: 10, y: 10 },
      { x: 20, y: 0 },
    ];
    expect(alongCurve(start, bend, end, 0)).toEqual(start);
    expect(alongCurve(start, bend, end, 0.5)).toEqual({ x: 10, y: 5 });
    expect(alongCurve(start, bend, end, 1)).toEqual(end);
  });
});

describe("buckets as arcs", () => {
  it("halve the circle towards the node's own id", () => {
    expect(bucketArcs(id("2"), 3)).toEqual([
      { from: 0.5, to: 1, bucket: 0 },
      { from: 0.25, to: 0.5, bucket: 1 },
      { from: 0, to: 0.125, bucket: 2 },
      { from: 0.125, to: 0.25, bucket: 3 },
    ]);
  });

  it("cover the circle once, whatever the id and the depth", () => {
    const random = new SeededRandom(7);
    for (let depth = 0; depth < 40; depth++) {
      const arcs = bucketArcs(InfoHash.random(random).toString(), depth).toSorted((a, b) => a.from - b.from);
      expect(arcs[0]?.from).toBe(0);
      expect(arcs.at(-1)?.to).toBe(1);
      for (const [index, arc] of arcs.slice(1).entries()) expect(arc.from).toBe(arcs[index]?.to);
    }
  });

  it("hold each peer in the arc of its bucket", () => {
    const own = id("5a");
    for (const peer of [id("d"), id("2"), id("6"), id("40")]) {
      const shared = Math.clz32(Number.parseInt(own.slice(0, 8), 16) ^ Number.parseInt(peer.slice(0, 8), 16));
      const arc = bucketArcs(own, 6).find(({ bucket }) => bucket === shared);
      expect(arc?.from).toBeLessThanOrEqual(turnOf(peer));
      expect(arc?.to).toBeGreaterThan(turnOf(peer));
    }
  });
});
