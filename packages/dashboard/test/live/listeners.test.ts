import { describe, expect, it } from "vitest";
import { listenerCount, listenerIds, listenersText } from "../../page/live/listeners.ts";

const idOf = (digit: number) => `${digit}`.repeat(40);
const named = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: idOf(index + 1), address: `192.0.2.${index}:4222` }));

describe("who listens", () => {
  it.each([
    [{ own: 2, others: 0, named: [] }, 1, "1 listener: this node"],
    [{ own: 0, others: 1, named: named(1) }, 1, "1 listener: 11111111…"],
    [{ own: 1, others: 2, named: named(2) }, 3, "3 listeners: this node, 11111111…, 22222222…"],
    [{ own: 1, others: 9, named: named(8) }, 10, "10 listeners: this node, 11111111…, 22222222… and 7 more"],
  ])("is counted by nodes, and told in a line: %j", (listeners, count, text) => {
    expect(listenerCount(listeners)).toBe(count);
    expect(listenersText(listeners)).toBe(text);
  });

  it("is marked on the ring once, under however many keys", () => {
    const keys = [1, 2].map((count) => ({
      key: idOf(0),
      values: [],
      valueCount: 0,
      listeners: { own: 0, others: count, named: named(count) },
    }));
    expect([...listenerIds(keys)]).toEqual([idOf(1), idOf(2)]);
  });
});
