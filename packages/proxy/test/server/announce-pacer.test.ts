import { SeededRandom, VirtualScheduler } from "@hashmere/dht/engine";
import { describe, expect, test } from "vitest";
import {
  AnnouncePacer,
  FIRST_WINDOW,
  type Job,
  LARGEST_WINDOW,
  LONGEST_RETRY_MS,
  START_JITTER_MS,
} from "../../src/server/announce-pacer.ts";

function rig({ seed = 1 } = {}) {
  const scheduler = new VirtualScheduler();
  const state = { isConnected: true, begun: 0, firstAt: Number.NaN, underWay: [] as ((ok: boolean) => void)[] };
  const pacer = new AnnouncePacer({
    scheduler,
    random: new SeededRandom(seed),
    isConnected: () => state.isConnected,
  });
  const job = (): Job => ({
    isCancelled: false,
    start(onDone) {
      if (state.begun++ === 0) state.firstAt = scheduler.now();
      state.underWay.push(onDone);
    },
  });
  const settleAll = (ok: boolean) => {
    for (const onDone of state.underWay.splice(0)) onDone(ok);
  };
  return { scheduler, state, pacer, settleAll, add: (count: number) => pacer.add(Array.from({ length: count }, job)) };
}

describe("the pacer", () => {
  test("begins at a moment of chance, so that many who start together don't begin together", () => {
    const begins = [1, 2, 3, 4, 5].map((seed) => {
      const { scheduler, state, add } = rig({ seed });
      add(10);
      scheduler.advance(START_JITTER_MS);
      return state.firstAt;
    });
    expect(new Set(begins).size).toBe(5);
    expect(Math.max(...begins) - Math.min(...begins)).toBeGreaterThan(START_JITTER_MS / 4);
  });

  test("has a few under way at first, more when that goes well, and never more than its limit", () => {
    const { scheduler, state, settleAll, add } = rig();
    add(1_000);
    scheduler.advance(START_JITTER_MS + 5_000);
    expect(state.begun).toBe(FIRST_WINDOW);
    for (let round = 0; round < 60; round++) {
      settleAll(true);
      scheduler.advance(5_000);
      expect(state.underWay.length).toBeLessThanOrEqual(LARGEST_WINDOW);
    }
    expect(state.underWay.length).toBe(LARGEST_WINDOW);
  });

  test("slows down when it goes badly, and tries again later", () => {
    const { scheduler, state, settleAll, pacer, add } = rig();
    add(4);
    scheduler.advance(START_JITTER_MS + 5_000);
    settleAll(false);
    expect(pacer.size).toBe(4);
    scheduler.advance(5_000);
    expect(state.underWay.length).toBe(1);
    for (let round = 0; round < 10; round++) {
      settleAll(true);
      scheduler.advance(LONGEST_RETRY_MS);
    }
    expect([pacer.size, state.begun]).toEqual([0, 6]);
  });

  test("waits for the network", () => {
    const { scheduler, state, add } = rig();
    state.isConnected = false;
    add(1);
    scheduler.advance(600_000);
    expect(state.begun).toBe(0);
    state.isConnected = true;
    scheduler.advance(5_000);
    expect(state.begun).toBe(1);
  });

  test("begins nothing more once it is closed", () => {
    const { scheduler, state, settleAll, pacer, add } = rig();
    add(10);
    scheduler.advance(START_JITTER_MS + 5_000);
    pacer.close();
    settleAll(false);
    scheduler.advance(LONGEST_RETRY_MS * 2);
    expect(state.begun).toBe(FIRST_WINDOW);
  });
});
