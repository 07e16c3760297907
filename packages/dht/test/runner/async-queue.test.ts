import { describe, expect, it, vi } from "vitest";
import { AsyncQueue } from "../../src/runner/operations/async-queue.ts";

async function drain<T>(queue: AsyncQueue<T>): Promise<T[]> {
  return Array.fromAsync({ [Symbol.asyncIterator]: () => queue });
}

describe("AsyncQueue", () => {
  it("hands items out in order, those that waited and those that come later", async () => {
    const queue = new AsyncQueue<number>(8, () => {});
    queue.push(1);
    queue.push(2);
    const items = drain(queue);
    queue.push(3);
    await Promise.resolve();
    queue.push(4);
    queue.end();
    expect(await items).toEqual([1, 2, 3, 4]);
  });

  it("hands out what waits before it throws the error of its end", async () => {
    const queue = new AsyncQueue<number>(8, () => {});
    queue.push(1);
    queue.end(new Error("gone"));
    expect(await queue.next()).toEqual({ value: 1, done: false });
    await expect(queue.next()).rejects.toThrow("gone");
    expect(await queue.next()).toEqual({ value: undefined, done: true });
  });

  it("rejects a reader that waits when it ends with an error", async () => {
    const queue = new AsyncQueue<number>(8, () => {});
    const next = queue.next();
    queue.end(new Error("gone"));
    await expect(next).rejects.toThrow("gone");
    expect(await queue.next()).toEqual({ value: undefined, done: true });
  });

  it("drops the oldest item when it is full, and counts it", async () => {
    const queue = new AsyncQueue<number>(2, () => {});
    for (const item of [1, 2, 3, 4]) queue.push(item);
    queue.end();
    expect(await drain(queue)).toEqual([3, 4]);
    expect(queue.dropped).toBe(2);
  });

  it("lets items cancel out before it drops any", async () => {
    const queue = new AsyncQueue<number>(
      2,
      () => {},
      (waiting, item) => {
        const index = waiting.indexOf(-item);
        if (index >= 0) waiting.splice(index, 1);
        return index >= 0;
      },
    );
    for (const item of [1, 2, -1]) queue.push(item);
    queue.end();
    expect(await drain(queue)).toEqual([2]);
    expect(queue.dropped).toBe(0);
  });

  it("says so when the reader leaves its loop", async () => {
    const onReturn = vi.fn();
    const queue = new AsyncQueue<number>(8, onReturn);
    queue.push(1);
    queue.push(2);
    for await (const item of { [Symbol.asyncIterator]: () => queue }) {
      expect(item).toBe(1);
      break;
    }
    expect(onReturn).toHaveBeenCalledOnce();
    queue.push(3);
    expect(await queue.next()).toEqual({ value: undefined, done: true });
  });

  it("hands what waits, and then each item at once, to who takes them by callback", async () => {
    const queue = new AsyncQueue<number>(2, () => {});
    const taken: number[] = [];
    queue.push(1);
    const over = queue.forEach((item) => void taken.push(item));
    for (const item of [2, 3, 4, 5]) queue.push(item);
    expect([taken, queue.dropped]).toEqual([[1, 2, 3, 4, 5], 0]);
    queue.end();
    queue.push(6);
    await over;
    expect(taken).toEqual([1, 2, 3, 4, 5]);
  });

  it("hands what comes while it hands over behind what waited", async () => {
    const queue = new AsyncQueue<number>(8, () => {});
    const taken: number[] = [];
    queue.push(1);
    queue.push(2);
    const over = queue.forEach((item) => {
      taken.push(item);
      if (item < 3) queue.push(item + 10);
    });
    queue.push(3);
    expect(taken).toEqual([1, 2, 11, 12, 3]);
    queue.end();
    await over;
  });

  it("hands over what waits even when it has ended, then tells how", async () => {
    const queue = new AsyncQueue<number>(8, () => {});
    const taken: number[] = [];
    queue.push(1);
    queue.end(new Error("gone"));
    await expect(queue.forEach((item) => void taken.push(item))).rejects.toThrow("gone");
    expect(taken).toEqual([1]);
  });

  for (const [when, before] of [
    ["waited", true],
    ["has just come", false],
  ] as const) {
    it(`is left by a callback that throws at an item that ${when}`, async () => {
      const onReturn = vi.fn();
      const queue = new AsyncQueue<number>(8, onReturn);
      if (before) queue.push(1);
      const over = queue.forEach(() => {
        throw new Error("enough");
      });
      if (!before) queue.push(1);
      await expect(over).rejects.toThrow("enough");
      expect(onReturn).toHaveBeenCalledOnce();
      expect(await queue.next()).toEqual({ value: undefined, done: true });
    });
  }
});
