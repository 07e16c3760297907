import { expect, test } from "vitest";
import { NetworkWatch, WATCH_INTERVAL_MS } from "../../src/sockets/index.ts";
import { VirtualTime } from "../support/virtual-time.ts";

test("a change of addresses is told once, until the watch ends", async () => {
  const time = new VirtualTime();
  let addresses = "192.168.1.2";
  let told = 0;
  const watch = new NetworkWatch(
    time,
    () => told++,
    () => addresses,
  );
  await time.run(3 * WATCH_INTERVAL_MS);
  expect(told).toBe(0);
  addresses = "";
  await time.run(3 * WATCH_INTERVAL_MS);
  expect(told).toBe(1);
  addresses = "10.0.0.7";
  await time.run(WATCH_INTERVAL_MS);
  expect(told).toBe(2);
  watch[Symbol.dispose]();
  addresses = "192.168.1.2";
  await time.run(3 * WATCH_INTERVAL_MS);
  expect(told).toBe(2);
});
