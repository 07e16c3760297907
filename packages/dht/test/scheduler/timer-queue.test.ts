import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Timer, TimerQueue } from "../../src/scheduler/index.ts";

const operation = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("add"), number: fc.nat({ max: 20 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cancel"), number: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("take"), number: fc.nat({ max: 20 }) }) },
);

describe("a timer queue", () => {
  test("gives what is due earliest first, equal times in the order in which they were set, and nothing cancelled", () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 300 }), (operations) => {
        const queue = new TimerQueue();
        const timers: Timer[] = [];
        let model: { readonly time: number; readonly number: number; readonly timer: Timer }[] = [];
        let taken = -1;
        for (const { kind, number } of operations) {
          if (kind === "add") {
            const own = timers.length;
            const timer = queue.add(number, () => {
              taken = own;
            });
            timers.push(timer);
            model.push({ time: number, number: own, timer });
          } else if (kind === "cancel") {
            const timer = timers[number % Math.max(1, timers.length)];
            timer?.cancel();
            model = model.filter((entry) => entry.timer !== timer);
            expect(timer?.isPending ?? false).toBe(false);
          } else {
            const due = model
              .filter((entry) => entry.time <= number)
              .sort((a, b) => a.time - b.time || a.number - b.number)[0];
            const task = queue.takeDue(number);
            expect(task !== undefined).toBe(due !== undefined);
            task?.();
            if (due) expect([taken, due.timer.isPending]).toEqual([due.number, false]);
            model = model.filter((entry) => entry !== due);
          }
          expect(queue.size).toBe(model.length);
          expect(queue.nextTime).toBe(Math.min(Number.POSITIVE_INFINITY, ...model.map((entry) => entry.time)));
        }
      }),
    );
  });

  test("that is cleared holds nothing, and nothing in it is pending", () => {
    const queue = new TimerQueue();
    const timers = [3, 1, 2].map((time) => queue.add(time, () => {}));
    queue.clear();
    expect([queue.size, queue.takeDue(9), timers.some((timer) => timer.isPending)]).toEqual([0, undefined, false]);
    for (const timer of timers) timer.cancel();
    queue.add(5, () => {});
    expect([queue.size, queue.nextTime]).toEqual([1, 5]);
  });
});
