import { describe, expect, test } from "vitest";
import { VirtualScheduler } from "../../src/scheduler/index.ts";

describe("virtual time", () => {
  test("passes only when it is told to, and stands at each task's own time", () => {
    const scheduler = new VirtualScheduler();
    const ran: (string | number)[] = [];
    scheduler.at(30, () => ran.push("b", scheduler.now()));
    scheduler.at(10, () => ran.push("a", scheduler.now()));
    expect([ran, scheduler.now(), scheduler.pending]).toEqual([[], 0, 2]);
    scheduler.advance(20);
    expect([ran, scheduler.now(), scheduler.pending]).toEqual([["a", 10], 20, 1]);
    scheduler.advance(10);
    expect([ran, scheduler.now(), scheduler.pending]).toEqual([["a", 10, "b", 30], 30, 0]);
  });

  test("runs what tasks set themselves, if it falls into the time", () => {
    const scheduler = new VirtualScheduler();
    const ran: number[] = [];
    const tick = () => {
      ran.push(scheduler.now());
      scheduler.at(scheduler.now() + 10, tick);
    };
    scheduler.at(0, tick);
    scheduler.advance(35);
    expect(ran).toEqual([0, 10, 20, 30]);
  });

  test("runs what is late as soon as the current task has ended", () => {
    const scheduler = new VirtualScheduler();
    const ran: string[] = [];
    scheduler.at(10, () => {
      scheduler.at(3, () => ran.push(`late, at ${scheduler.now()}`));
      ran.push("first");
    });
    scheduler.advance(10);
    expect(ran).toEqual(["first", "late, at 10"]);
  });

  test("forgets what is cancelled, even by a task of the same instant", () => {
    const scheduler = new VirtualScheduler();
    const ran: string[] = [];
    const cancelled = scheduler.at(5, () => ran.push("never"));
    scheduler.at(4, () => cancelled.cancel());
    expect([cancelled.time, cancelled.isPending]).toEqual([5, true]);
    scheduler.advance(10);
    expect([ran, cancelled.isPending]).toEqual([[], false]);
  });

  test("goes step by step when that is wanted", () => {
    const scheduler = new VirtualScheduler();
    scheduler.at(10, () => {});
    scheduler.at(20, () => {});
    expect([
      scheduler.step(5),
      scheduler.step(15),
      scheduler.now(),
      scheduler.step(),
      scheduler.now(),
      scheduler.step(),
    ]).toEqual([false, true, 10, true, 20, false]);
  });

  test("has a calendar beside it", () => {
    const scheduler = new VirtualScheduler(Date.UTC(2030, 0, 1));
    scheduler.advance(1000);
    expect(scheduler.wallClock()).toBe(Date.UTC(2030, 0, 1, 0, 0, 1));
    expect(new VirtualScheduler().wallClock()).toBe(Date.UTC(2026, 0, 1));
  });
});
