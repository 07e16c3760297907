import { InfoHash } from "@hashmere/dht";
import { describe, expect, test } from "vitest";
import { endpointOf } from "../peers/interop-peer.ts";
import { keyInHex } from "../peers/key-in-hex.ts";
import { OurNode } from "../peers/our-node.ts";
import { PythonNode } from "../peers/python-node.ts";
import { Stage } from "../peers/stage.ts";

// What our node refuses, as a real node meets it.

const KIBIBYTE = 1_024;
const ONE_KIBIBYTE = { data: new Uint8Array(KIBIBYTE).fill(0x78) };

describe("a node of ours that stores 10 KiB for others", () => {
  test("acknowledges 20 values of 1 KiB from a real node and keeps no more than it may", async () => {
    await using stage = new Stage();
    const ours = stage.use(await OurNode.start({ network: stage.network, storeBytes: 10 * KIBIBYTE }));
    const real = stage.use(await PythonNode.start({ network: stage.network, bootstrap: endpointOf(ours) }));
    const puts = await Promise.all(Array.from({ length: 20 }, () => real.put("full", ONE_KIBIBYTE)));
    expect(puts.map(({ ok }) => ok)).toEqual(Array(20).fill(true));
    const { bytes, values } = ours.runner.getStoreSize();
    expect(bytes).toBeLessThanOrEqual(11 * KIBIBYTE);
    expect(values).toBeGreaterThan(0);
    expect(values).toBeLessThan(20);
  });

  test("still puts values of its own", async () => {
    await using stage = new Stage();
    const ours = stage.use(await OurNode.start({ network: stage.network, storeBytes: KIBIBYTE }));
    const real = stage.use(await PythonNode.start({ network: stage.network, bootstrap: endpointOf(ours) }));
    await Promise.all(Array.from({ length: 5 }, (_, i) => real.put(`theirs-${i}`, ONE_KIBIBYTE)));
    for (let i = 0; i < 10; i++) {
      expect((await ours.put(`own-${i}`, ONE_KIBIBYTE)).ok).toBe(true);
      expect((await ours.get(`own-${i}`)).values).toHaveLength(1);
    }
  });
});

test("a node of ours that is full of its own values still takes those of a real node", async () => {
  await using stage = new Stage();
  const ours = stage.use(await OurNode.start({ network: stage.network, localStoreBytes: KIBIBYTE }));
  const real = stage.use(await PythonNode.start({ network: stage.network, bootstrap: endpointOf(ours) }));
  await expect.poll(() => real.goodNodes(4)).toHaveLength(1);
  for (let i = 0; i < 5; i++) expect((await ours.put(`own-${i}`, ONE_KIBIBYTE)).ok).toBe(true);
  expect(ours.runner.getLocalStoreSize().bytes).toBeLessThanOrEqual(KIBIBYTE);
  const puts = await Promise.all(Array.from({ length: 10 }, () => real.put("theirs", ONE_KIBIBYTE)));
  expect(puts.map(({ ok }) => ok)).toEqual(Array(10).fill(true));
  const { values } = await ours.get("theirs");
  expect(values.length).toBeGreaterThanOrEqual(1);
  expect((await ours.storage()).get(keyInHex("theirs"))?.values).toBe(10);
});

test("a value of 70,000 bytes is not put, and no real node stores it", async () => {
  await using stage = new Stage();
  const real = stage.use(await PythonNode.start({ network: stage.network }));
  const ours = stage.use(await OurNode.start({ network: stage.network, bootstrap: endpointOf(real) }));
  expect((await ours.put("large", { data: new Uint8Array(70_000) })).ok).toBe(false);
  expect((await real.get("large")).values).toEqual([]);
});

test("the zero key is refused at once", async () => {
  await using stage = new Stage();
  const ours = stage.use(await OurNode.start({ network: stage.network }));
  await expect(async () => ours.runner.put(InfoHash.zero, new Uint8Array(1))).rejects.toThrow(TypeError);
});
