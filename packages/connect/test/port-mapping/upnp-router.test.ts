import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { UpnpRouter } from "../../src/port-mapping/upnp-router.ts";

test("a search that is given up at once keeps no process running", async () => {
  const before = timersThatCount();
  const abort = new AbortController();
  const opening = UpnpRouter.open(abort.signal);
  abort.abort(new Error("never mind"));
  await expect(opening).rejects.toThrow();
  await nextTurn();
  await nextTurn();
  expect(timersThatCount()).toBeLessThanOrEqual(before);
});

function timersThatCount(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
}
