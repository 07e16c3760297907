import { describe, expect, it } from "vitest";
import { describeStop, type Journey, MAX_STOPS, withHop } from "../../page/live/journey.ts";
import type { HopMessage } from "../../src/messages.ts";

const KEY = "a".repeat(40);
const hop = (step: HopMessage["step"], address: string | undefined, at: number, count?: number): HopMessage => ({
  kind: "hop",
  lookup: "7",
  key: KEY,
  step,
  at,
  ...(address !== undefined && { address }),
  ...(count !== undefined && { count }),
});

function travel(...hops: readonly HopMessage[]): Journey {
  const [first, ...rest] = hops;
  if (first === undefined) throw new Error("a journey has a first step");
  return rest.reduce<Journey>((journey, next) => withHop(journey, next), withHop(undefined, first));
}

const told = (journey: Journey) => journey.stops.map((stop) => `${stop.address}: ${describeStop(stop)}`);

describe("the way of a lookup", () => {
  it("tells who was asked and what became of it", () => {
    const journey = travel(
      hop("asked", "one", 0),
      hop("asked", "two", 1),
      hop("asked", "three", 2),
      hop("answered", "one", 12, 8),
      hop("found", "two", 6, 1),
      hop("asked", "four", 20),
      hop("timeout", "four", 3020),
      hop("done", undefined, 3021),
    );
    expect(told(journey)).toEqual([
      "one: knows 8 nodes, 12 ms",
      "two: has a value, 5 ms",
      "three: asked …",
      "four: does not answer",
    ]);
    expect(journey.endedAt).toBe(3021);
  });

  it("lists a node once, however often it is asked, and keeps what it has found", () => {
    const journey = travel(
      hop("asked", "one", 0),
      hop("found", "one", 10, 2),
      hop("asked", "one", 20),
      hop("answered", "one", 50, 8),
    );
    expect(told(journey)).toEqual(["one: has 2 values, 10 ms"]);
  });

  it("learns who lives at an address from the answer", () => {
    const journey = travel(
      hop("asked", "one", 0),
      { ...hop("answered", "one", 5, 8), to: KEY },
      hop("done", undefined, 6),
    );
    expect(journey.stops).toMatchObject([{ address: "one", id: KEY, step: "answered" }]);
  });

  it("ends even where nobody was asked", () => {
    expect(travel(hop("done", undefined, 5))).toMatchObject({ stops: [], startedAt: 5, endedAt: 5 });
  });

  it("is no longer than people read", () => {
    const hops = Array.from({ length: MAX_STOPS + 20 }, (_, index) => hop("asked", `node ${index}`, index));
    expect(travel(...hops).stops).toHaveLength(MAX_STOPS);
  });
});
