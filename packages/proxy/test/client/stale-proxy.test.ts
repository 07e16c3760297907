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

  test("waits for as long as an answer may take where there is no other, and fails then, and says why", async () => {
    const rig = new ClientRig();
    const client = await rig.open();
    const errors: string[] = [];
    client.addEventListener("error", ({ error }) => errors.push(error.code));
    rig.proxy.isFrozen = true;
    let ended = 0;
    const put = client.put("room", "x");
    const got = client.get("room").done;
    for (const each of [put, got]) void each.then(() => ended++);
    await rig.pass(119_000);
    expect(ended).toBe(0);
    expect([client.status, ...errors]).toEqual(["disconnected", "ERR_PROXY_TIMEOUT"]);
    await rig.pass(1_000);
    expect(await put).toMatchObject({ ok: false, error: { code: "ERR_PROXY_TIMEOUT" } });
    expect((await got).ok).toBe(false);
  });

  test("waits at the last of several for as long", async () => {
    const rig = new ClientRig(["first", "second"]);
    const client = await rig.open();
    rig.delayMs = 30_000;
    const put = client.put("room", "x");
    await rig.pass(20_000 + 30_000);
    expect(await put).toMatchObject({ ok: true });
    expect(rig.proxies.first?.seen("POST")).toHaveLength(0);
    expect(rig.proxies.second?.seen("POST")).toHaveLength(1);
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

describe("a proxy that answers everything late", () => {
  /** A client that was connected when the way to its only proxy became slow. */
  async function slowed(delayMs: number) {
    const rig = new ClientRig();
    const client = await rig.open();
    rig.proxy.put(KEY, new Value({ id: 1n }));
    rig.delayMs = delayMs;
    const seen: string[] = [];
    client.addEventListener("error", ({ error }) => seen.push(error.code));
    client.addEventListener("statuschange", () => seen.push(client.status));
    return { rig, client, seen };
  }

  test("is connected all along, where operations are answered while it is looked at", async () => {
    const { rig, client, seen } = await slowed(15_000);
    const put = client.put("elsewhere", "x");
    const found = client.getAll("room");
    await rig.pass(15_000);
    expect((await put).ok).toBe(true);
    expect((await found).map(({ id }) => id)).toEqual([1n]);
    await rig.pass(60 * 60_000);
    expect(seen).toEqual([]);
  });

  test("is disconnected until an answer comes, and operations, streams and further looks wait for theirs", async () => {
    const { rig, client, seen } = await slowed(30_000);
    const put = client.put("elsewhere", "x");
    const next = client.listen("room")[Symbol.asyncIterator]().next();
    await rig.pass(30_000);
    expect((await put).ok).toBe(true);
    expect(await next).toMatchObject({ value: { value: { id: 1n } } });
    expect(seen).toEqual(["ERR_PROXY_TIMEOUT", "disconnected"]);
    await rig.pass(10_000);
    expect(seen.slice(2)).toEqual(["connected"]);
    await rig.pass(60 * 60_000);
    expect(seen).toHaveLength(3);
  });

  test("is found, where the first look was in vain", async () => {
    const rig = new ClientRig();
    rig.delayMs = 15_000;
    const client = await rig.open();
    await rig.pass(10_000);
    expect(client.status).toBe("disconnected");
    await rig.pass(5_000);
    expect(client.status).toBe("connected");
  });

  test("is left for one that is quick", async () => {
    const rig = new ClientRig(["slow", "quick"]);
    const { slow, quick } = rig.proxies;
    const client = await rig.open();
    if (slow) slow.isFrozen = true;
    client.connectivityChanged();
    await rig.pass(11_000);
    await client.put("room", "x");
    expect(client.status).toBe("connected");
    expect([slow, quick].map((proxy) => proxy?.seen("POST").length)).toEqual([0, 1]);
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
