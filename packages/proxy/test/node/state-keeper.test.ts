import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InfoHash, Value, VirtualScheduler } from "@hashmere/dht/engine";
import { expect, test } from "vitest";
import { SAVE_DELAY_MS, StateKeeper } from "../../src/node/state-keeper.ts";
import { decodeProxyState, STATE_SLICE_BYTES } from "../../src/server/index.ts";

const SAVED = {
  key: InfoHash.get("key"),
  target: { token: "", clientId: "", sessionId: "", platform: "none", topic: "" },
  endsAt: 1_795_326_768_000,
} as const;

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

test("a large state is written slice by slice, and clients are served between two slices", async () => {
  const path = join(await mkdtemp(join(tmpdir(), "hashmere-proxy-")), "state");
  const value = (id: bigint) => new Value({ id, data: new Uint8Array(10_000) });
  const puts = Array.from({ length: 500 }, (_, index) => ({ ...SAVED, value: value(BigInt(index + 1)) }));
  const keeper = new StateKeeper({
    path,
    scheduler: new VirtualScheduler(),
    state: () => ({ puts, subscriptions: [] }),
    onError: (error) => expect.unreachable(String(error)),
  });
  let served = 0;
  let isSaved = false;
  const serve = () => {
    served++;
    if (!isSaved) setImmediate(serve);
  };
  setImmediate(serve);
  await keeper.save();
  isSaved = true;
  const file = await readFile(path);
  expect(decodeProxyState(file)?.puts.length).toBe(500);
  expect(served).toBeGreaterThan(file.length / STATE_SLICE_BYTES - 1);
});
