import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RealScheduler } from "../../src/runner/real-scheduler.ts";

describe("RealScheduler", () => {
  beforeEach(
    () =>
      void vi.useFakeTimers({
        toFake: ["setTimeout", "clearTimeout", "setImmediate", "clearImmediate", "performance", "Date"],
      }),
  );
  afterEach(() => void vi.useRealTimers());

  it("runs tasks in the order of their times, and those of one time in the order in which they were set", () => {
    const scheduler = new RealScheduler();
    const ran: string[] = [];
    const now = scheduler.now();
    scheduler.at(now + 20, () => ran.push("late"));
    scheduler.at(now + 10, () => ran.push("early"));
    scheduler.at(now + 10, () => ran.push("next"));
    vi.advanceTimersByTime(10);
    expect(ran).toEqual(["early", "next"]);
    vi.advanceTimersByTime(10);
    expect(ran).toEqual(["early", "next", "late"]);
  });

  it("doesn't run what was cancelled, nor anything after it was stopped", () => {
    const scheduler = new RealScheduler();
    const ran: string[] = [];
    const timer = scheduler.at(scheduler.now() + 10, () => ran.push("cancelled"));
    scheduler.at(scheduler.now() + 20, () => ran.push("kept"));
    timer.cancel();
    vi.advanceTimersByTime(20);
    scheduler.at(scheduler.now() + 10, () => ran.push("stopped"));
    scheduler.stop();
    vi.advanceTimersByTime(100);
    expect(ran).toEqual(["kept"]);
  });

  it("runs what is due at once without a millisecond's delay", () => {
    const scheduler = new RealScheduler();
    const ran: string[] = [];
    scheduler.at(scheduler.now() + 10, () => ran.push("later"));
    scheduler.at(scheduler.now(), () => ran.push("now"));
    vi.advanceTimersByTime(0);
    expect(ran).toEqual(["now"]);
    vi.advanceTimersByTime(10);
    expect(ran).toEqual(["now", "later"]);
  });

  it("goes on with the other tasks when one throws", () => {
    const scheduler = new RealScheduler();
    const ran: string[] = [];
    scheduler.at(scheduler.now() + 10, () => {
      throw new Error("broken task");
    });
    scheduler.at(scheduler.now() + 20, () => ran.push("next"));
    expect(() => vi.advanceTimersByTime(10)).toThrow("broken task");
    vi.advanceTimersByTime(10);
    expect(ran).toEqual(["next"]);
  });

  it("waits longer than the longest native timer", () => {
    const scheduler = new RealScheduler();
    const ran: string[] = [];
    const monthMs = 30 * 86_400_000;
    scheduler.at(scheduler.now() + monthMs, () => ran.push("a month later"));
    vi.advanceTimersByTime(monthMs - 1);
    expect(ran).toEqual([]);
    vi.advanceTimersByTime(2);
    expect(ran).toEqual(["a month later"]);
  });
});
