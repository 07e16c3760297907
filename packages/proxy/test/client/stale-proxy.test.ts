import { InfoHash, Value } from "@hashmere/dht/engine";
import { describe, expect, test } from "vitest";
import { ClientRig, settle } from "./client-rig.ts";

// A proxy that is there and says nothing: its process is stopped, or its machine has vanished without a word.

const KEY = InfoHash.get("room");

/** Two proxies, a client that listens through the first, and what it has heard. */
async function listening(): Promise<{ rig: ClientRig; heard: bigint[] }> {
  const rig = new ClientRig(["first", "second"]);
  const client = await rig.open();
  const heard: bigint[] = [];
  const listener = client.listen("room");
  void (async () => {
    for await (const { value } of listener) heard.push(value.id);
  })();
  await settle();
  return { rig, heard };
}

describe("a stream of a proxy that falls silent", () => {
  test("goes over to the next one a minute after the first heartbeat that was its last", async () => {
    const { rig, heard } = await listening();
    const { first, second } = rig.proxies;
    await rig.pass(20_000);
    first?.write(KEY, "\n");
    await settle();
    if (first) first.isFrozen = true;
    second?.put(KEY, new Value({ id: 2n }));
    await rig.pass(60_000 + 10_000); // the silence, and a look
    await settle();
    expect(heard).toEqual([2n]);
  });

  test("does so without any heartbeat, where the proxy is known to send them", async () => {
    const rig = new ClientRig(["first", "second"]);
    const { first, second } = rig.proxies;
    if (first) first.instance = "one of ours";
    const client = await rig.open();
    const next = client.listen("room")[Symbol.asyncIterator]().next();
    await settle();
    if (first) first.isFrozen = true;
    second?.put(KEY, new Value({ id: 2n }));
    await rig.pass(70_000);
    expect(await next).toMatchObject({ value: { value: { id: 2n } } });
  });

  test("is left alone for a quarter of an hour, where there are no heartbeats", async () => {
    const { rig } = await listening();
    const { first, second } = rig.proxies;
    await rig.pass(13 * 60_000);
    expect(first?.seen("GET", "/listen")).toHaveLength(1);
    expect(first?.seen("GET", "/")).toHaveLength(1);
    expect(second?.requests).toHaveLength(0);
  });

  test("is opened again at the same proxy, with pauses, where there is no other", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    const next = client.listen("room")[Symbol.asyncIterator]().next();
    await settle();
    rig.proxy.write(KEY, "\n");
    await settle();
    rig.proxy.isFrozen = true;
    await rig.pass(10 * 60_000);
    expect(client.status).toBe("disconnected");
    expect(rig.proxy.seen("GET", "/listen").length).toBeLessThan(25);
    rig.proxy.isFrozen = false;
    rig.proxy.put(KEY, new Value({ id: 1n }));
    await rig.pass(80_000);
    expect(client.status).toBe("connected");
    expect(await next).toMatchObject({ value: { value: { id: 1n } } });
  });
});

describe("what waits for a proxy that says nothing", () => {
  test("has it looked at after ten seconds, and is done at the next one after ten more", async () => {
    const rig = new ClientRig(["first", "second"]);
    const client = await rig.open();
    const { first, second } = rig.proxies;
    second?.put(KEY, new Value({ id: 2n }));
    if (first) first.isFrozen = true;
    const put = client.put("elsewhere", "x");
    const found = client.getAll("room");
    await rig.pass(20_000);
    expect(await put).toMatchObject({ ok: true });
    expect((await found).map(({ id }) => id)).toEqual([2n]);
    const posts = [first, second].map((proxy) => proxy?.seen("POST")[0]?.body);
    expect(posts[0]).toBe(posts[1]);
    expect(client.status).toBe("connected");
  });

  test("fails after twenty seconds where there is no other, and says why", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    rig.proxy.isFrozen = true;
    const put = client.put("room", "x");
    const got = client.get("room").done;
    await rig.pass(20_000);
    expect(await put).toMatchObject({ ok: false, error: { code: "ERR_PROXY_TIMEOUT" } });
    expect((await got).ok).toBe(false);
  });

  test("waits on where the proxy answers other questions: its network takes its time", async () => {
    const rig = new ClientRig(["first", "second"]);
    const client = await rig.open();
    const { first, second } = rig.proxies;
    if (!first) throw new Error("there are two");
    first.override = ({ method }) => (method === "POST" ? "hang" : undefined);
    const put = client.put("room", "x");
    await rig.pass(100_000);
    expect(first.seen("GET", "/").length).toBeGreaterThanOrEqual(10);
    expect(second?.requests).toHaveLength(0);
    await rig.pass(20_000);
    expect(await put).toMatchObject({ ok: true });
    expect(second?.seen("POST")).toHaveLength(1);
  });

  test("makes many look no oftener than once a second", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    rig.proxy.override = ({ method }) => (method === "POST" ? "hang" : undefined);
    for (let i = 0; i < 60; i++) {
      void client.put("room", "x");
      await rig.pass(100);
    }
    await rig.pass(30_000);
    expect(rig.proxy.seen("GET", "/").length).toBeLessThanOrEqual(37);
  });
});

test("where no proxy answers, a put says so", async () => {
  const rig = new ClientRig(["first", "second"]);
  const client = await rig.open();
  for (const proxy of Object.values(rig.proxies)) proxy.crash();
  const put = await client.put("room", "x");
  expect(put).toMatchObject({ ok: false, error: { code: "ERR_PROXY_UNREACHABLE" } });
  expect(put.error?.message).toContain("http://first/");
});
