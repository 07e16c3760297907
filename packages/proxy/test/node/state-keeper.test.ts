import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VirtualScheduler } from "@hashmere/dht/engine";
import { expect, test } from "vitest";
import { SAVE_DELAY_MS, StateKeeper } from "../../src/node/state-keeper.ts";

test("a state that takes long to save is saved less often, so that the proxy has time for its clients", async () => {
  const scheduler = new VirtualScheduler();
  let saves = 0;
  const keeper = new StateKeeper({
    path: join(await mkdtemp(join(tmpdir(), "hashmere-proxy-")), "state"),
    scheduler,
    state: () => {
      saves++;
      scheduler.advance(500);
      return { puts: [], subscriptions: [] };
    },
    onError: (error) => expect.unreachable(String(error)),
  });
  keeper.touch();
  scheduler.advance(SAVE_DELAY_MS);
  await expect.poll(() => saves).toBe(1);
  await keeper.save();
  keeper.touch();
  scheduler.advance(9_000);
  await new Promise(setImmediate);
  expect(saves).toBe(2);
  scheduler.advance(500);
  await expect.poll(() => saves).toBe(3);
});
