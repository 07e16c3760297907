import { expect, test } from "vitest";
import { NetworkCheck, SECOND_LOOK_MS } from "../../src/manager/network-check.ts";
import { VirtualTime } from "../support/virtual-time.ts";

/** A check, and when it looked, in ms since its first look. */
function watched() {
  const time = new VirtualTime();
  const begunAt = time.now();
  const looks: number[] = [];
  return { time, looks, check: new NetworkCheck(time, () => void looks.push(time.now() - begunAt)) };
}

test("the network is looked at twice, and then not for half a minute when no path is found", async () => {
  const { time, looks, check } = watched();
  for (let ms = 0; ms < 29_000; ms += 100) {
    check.begin();
    await time.run(100);
  }
  expect(looks).toEqual([0, SECOND_LOOK_MS]);
  await time.run(3_000);
  check.begin();
  expect(looks).toHaveLength(3);
});

test("while links break it is looked at again and again, after pauses that double up to half a minute", async () => {
  const { time, looks, check } = watched();
  for (let ms = 0; ms < 120_000; ms += 100) {
    check.again();
    await time.run(100);
  }
  expect(looks.slice(0, 6)).toEqual([0, 1500, 4500, 10_500, 22_500, 46_500]);
  expect(looks.length).toBeLessThanOrEqual(9);
});

test("a link that breaks during a pause has it looked at when that is over, for once", async () => {
  const { time, looks, check } = watched();
  check.again();
  await time.run(2_000);
  check.again();
  await time.run(60_000);
  expect(looks).toEqual([0, 1500, 4500]);
});

test("a check that was stopped looks no more", async () => {
  const { time, looks, check } = watched();
  check.begin();
  check.stop();
  check.again();
  await time.run(60_000);
  expect(looks).toEqual([0]);
  expect(time.pending).toBe(0);
});
