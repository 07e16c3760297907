import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { Dhtnode } from "../peers/dhtnode.ts";
import { endpointOf, type PeerOptions } from "../peers/interop-peer.ts";
import { OurNode } from "../peers/our-node.ts";
import { PythonNode } from "../peers/python-node.ts";
import { PAIRS_WITH_IDS, Stage } from "../peers/stage.ts";
import { textOf, textsOf, word } from "../peers/values.ts";

// How long values live: types with a short life, permanent puts, their refresh and their end.

const SHORT = { id: 77, seconds: 25 } as const;
const BRIEF = { id: 78, seconds: 4 } as const;
const TYPES: PeerOptions = { types: [SHORT, BRIEF] };
const MARGIN_MS = 3_000;

describe.each(PAIRS_WITH_IDS)("%s and %s", (first, second) => {
  test("a value is gone when its type's life is over, and the listener is told", async () => {
    await using stage = new Stage();
    const [a, b] = await stage.pair(first, second, TYPES);
    const listener = await a.listen("k");
    await b.put("k", { data: Buffer.from("mayfly"), type: BRIEF.id });
    expect(textsOf((await a.get("k")).values)).toEqual(["mayfly"]);
    const isEnd = ({ expired }: { readonly expired: boolean }): boolean => expired;
    await listener.waitFor(isEnd, "the end of the value", BRIEF.seconds * 1_000 + MARGIN_MS);
    expect((await a.get("k")).values).toEqual([]);
    expect((await b.get("k")).values).toEqual([]);
  });
});

test("our permanent put outlives its type at a real node, and ends after it was cancelled", async () => {
  await using stage = new Stage();
  const options = { network: stage.network, ...TYPES };
  const real = stage.use(await PythonNode.start(options));
  const ours = stage.use(await OurNode.start({ ...options, bootstrap: endpointOf(real) }));
  const listener = await real.listen("k");
  const put = await ours.put("k", { data: Buffer.from("stays"), type: SHORT.id }, { permanent: true });
  expect(put.ok).toBe(true);

  await sleep(2 * SHORT.seconds * 1_000 + MARGIN_MS);
  expect(textsOf((await real.get("k")).values)).toEqual(["stays"]);
  expect(listener.events.map(({ value, expired }) => [textOf(value), expired])).toEqual([["stays", false]]);

  await ours.cancelPut("k", put.id);
  await listener.waitFor(({ expired }) => expired, "the end of the value", SHORT.seconds * 1_000 + MARGIN_MS);
  expect((await real.get("k")).values).toEqual([]);
}, 180_000);

test("our permanent put reaches a real node that comes later", async () => {
  await using stage = new Stage();
  const options = { network: stage.network, ...TYPES };
  const ours = stage.use(await OurNode.start(options));
  await ours.put("k", { data: Buffer.from("stays"), type: SHORT.id }, { permanent: true });
  const late = stage.use(await PythonNode.start({ ...options, bootstrap: endpointOf(ours) }));
  const held = async (): Promise<number> =>
    [...(await late.storage()).values()].reduce((sum, { values }) => sum + values, 0);
  await expect.poll(held, { timeout: SHORT.seconds * 1_000 + MARGIN_MS, interval: 500 }).toBe(1);
});

test("a permanent put of dhtnode is held by ours, and cancelled there without a word to us", async () => {
  await using stage = new Stage();
  const ours = stage.use(await OurNode.start({ network: stage.network }));
  const real = stage.use(await Dhtnode.start({ network: stage.network, bootstrap: endpointOf(ours) }));
  const put = await real.put("k", word("stays"), { permanent: true });
  expect(put.ok).toBe(true);
  expect(ours.runner.getLocal("k").map((value) => value.text())).toEqual(["stays"]);
  await real.cancelPut("k", put.id);
  expect(textsOf((await ours.get("k")).values)).toEqual(["stays"]);
});

test("cancelling a put that is over changes nothing", async () => {
  await using stage = new Stage();
  const real = stage.use(await Dhtnode.start({ network: stage.network }));
  const ours = stage.use(await OurNode.start({ network: stage.network, bootstrap: endpointOf(real) }));
  const { id } = await ours.put("k", word("v"));
  await ours.cancelPut("k", id);
  expect(textsOf((await real.get("k")).values)).toEqual(["v"]);
  expect(textsOf((await ours.get("k")).values)).toEqual(["v"]);
});
