import { expect, test } from "vitest";
import { NetworkWatch, WATCH_INTERVAL_MS } from "../../src/index.ts";
import { VirtualScheduler } from "../../src/scheduler/index.ts";

test("a change of addresses is told once, until the watch ends", () => {
  const time = new VirtualScheduler();
  let addresses = "192.168.1.2";
  let told = 0;
  const watch = new NetworkWatch(
    time,
    () => told++,
    () => addresses,
  );
  time.advance(3 * WATCH_INTERVAL_MS);
  expect(told).toBe(0);
  addresses = "";
  time.advance(3 * WATCH_INTERVAL_MS);
  expect(told).toBe(1);
  addresses = "10.0.0.7";
  time.advance(WATCH_INTERVAL_MS);
  expect(told).toBe(2);
  watch[Symbol.dispose]();
  addresses = "192.168.1.2";
  time.advance(3 * WATCH_INTERVAL_MS);
  expect(told).toBe(2);
});
