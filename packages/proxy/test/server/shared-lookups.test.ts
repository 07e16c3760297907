import { InfoHash, Value, VirtualScheduler } from "@hashmere/dht/engine";
import { describe, expect, test } from "vitest";
import { type Finder, MAX_SHARING_WAIT_MS, type SharedLookup, SharedLookups } from "../../src/server/shared-lookups.ts";

/** A lookup that finds what a test says. */
class HandFed implements AsyncIterable<Value> {
  readonly key: InfoHash;
  isCancelled = false;
  #controller: ReadableStreamDefaultController<Value> | undefined;
  readonly #values = new ReadableStream<Value>({
    start: (controller) => {
      this.#controller = controller;
    },
  });

  constructor(key: InfoHash) {
    this.key = key;
  }

  find(id: number): void {
    this.#controller?.enqueue(new Value({ id: BigInt(id) }));
  }

  end(): void {
    this.#controller?.close();
  }

  cancel(): void {
    this.isCancelled = true;
    this.end();
  }

  [Symbol.asyncIterator](): AsyncIterator<Value> {
    return this.#values[Symbol.asyncIterator]();
  }
}

function rig() {
  const begun: HandFed[] = [];
  const scheduler = new VirtualScheduler();
  const finder: Finder = {
    get(key) {
      const lookup = new HandFed(key);
      begun.push(lookup);
      return lookup;
    },
  };
  return { begun, scheduler, lookups: new SharedLookups(finder, scheduler) };
}

/** Ids of all that the lookup finds until its end. */
async function readAll(lookup: SharedLookup): Promise<number[]> {
  const lines = await Array.fromAsync(lookup.lines());
  return lines.map((line) => Number(JSON.parse(line).id));
}

/** Everything that waits for nothing but its turn has had it. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("gets of one key", () => {
  test("that come while one is under way begin together when that one ends", async () => {
    const { begun, lookups } = rig();
    const first = readAll(lookups.join("k"));
    const others = [lookups.join("k"), lookups.join("k")].map(readAll);
    expect(begun).toHaveLength(1);
    expect(begun[0]?.key).toEqual(InfoHash.get("k"));
    begun[0]?.find(1);
    begun[0]?.end();
    expect(await first).toEqual([1]);
    await settled();
    expect(begun).toHaveLength(2);
    begun[1]?.find(1);
    begun[1]?.find(2);
    begun[1]?.end();
    expect(await Promise.all(others)).toEqual([
      [1, 2],
      [1, 2],
    ]);
    await settled();
    expect(lookups.size).toBe(0);
  });

  test("never join a lookup that has begun: who has put a value finds it", async () => {
    const { begun, lookups } = rig();
    const before = readAll(lookups.join("k"));
    await settled();
    // The value is put now: the nodes that were asked before don't have it.
    const after = readAll(lookups.join("k"));
    begun[0]?.end();
    await settled();
    begun[1]?.find(7);
    begun[1]?.end();
    expect(await before).toEqual([]);
    expect(await after).toEqual([7]);
  });

  test("wait no longer than they have to for one that takes its time", async () => {
    const { begun, lookups, scheduler } = rig();
    const slow = readAll(lookups.join("k"));
    const second = readAll(lookups.join("k"));
    scheduler.advance(MAX_SHARING_WAIT_MS - 1);
    const third = readAll(lookups.join("k"));
    expect(begun).toHaveLength(1);
    scheduler.advance(1);
    expect(begun).toHaveLength(2);
    const fourth = readAll(lookups.join("k"));
    begun[1]?.find(2);
    begun[1]?.end();
    expect(await Promise.all([second, third])).toEqual([[2], [2]]);
    await settled();
    expect(begun).toHaveLength(3);
    begun[0]?.end(); // the slow one: nobody waits for it but its own reader
    begun[2]?.end();
    expect(await Promise.all([slow, fourth])).toEqual([[], []]);
    await settled();
    expect(begun).toHaveLength(3);
    expect(lookups.size).toBe(0);
    expect(scheduler.pending).toBe(0);
  });

  test("are read by each at its own pace, from the first value on", async () => {
    const { begun, lookups } = rig();
    lookups.join("k");
    const [quick, slow] = [lookups.join("k"), lookups.join("k")];
    begun[0]?.end();
    await settled();
    const lines = slow.lines();
    begun[1]?.find(1);
    begun[1]?.find(2);
    begun[1]?.end();
    expect(await readAll(quick)).toEqual([1, 2]);
    expect((await lines.next()).value).toContain('"id":"1"');
    expect((await lines.next()).value).toContain('"id":"2"');
    expect((await lines.next()).done).toBe(true);
  });

  test("are cancelled when all who wait have left, and not before", async () => {
    const { begun, lookups, scheduler } = rig();
    const [running, waiting, another] = [lookups.join("k"), lookups.join("k"), lookups.join("k")];
    waiting.leave();
    another.leave();
    scheduler.advance(MAX_SHARING_WAIT_MS);
    expect(begun).toHaveLength(1);
    const [one, two] = [lookups.join("k"), lookups.join("k")];
    running.leave();
    expect(begun[0]?.isCancelled).toBe(true);
    await settled();
    expect(begun).toHaveLength(2);
    one.leave();
    expect(begun[1]?.isCancelled).toBe(false);
    two.leave();
    expect(begun[1]?.isCancelled).toBe(true);
    await settled();
    expect(lookups.size).toBe(0);
    expect(scheduler.pending).toBe(0);
  });
});

test("gets of different keys don't wait for each other", () => {
  const { begun, lookups } = rig();
  lookups.join("k");
  lookups.join("other");
  expect(begun).toHaveLength(2);
});
