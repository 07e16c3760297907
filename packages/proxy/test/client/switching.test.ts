import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DhtRunner, type DhtRunnerConfig, InfoHash, PushNotificationResult, Value } from "@hashmere/dht";
import { expect, onTestFinished, test } from "vitest";
import { proxyBackend, proxyBackendWith } from "../../src/client/index.ts";
import { MAX_LISTENED_KEYS } from "../../src/client/limits.ts";
import { FakeProxy } from "./fake-proxy.ts";

const KEY = InfoHash.get("room");

interface Scene {
  readonly proxy: FakeProxy;
  /** A node of the network. */
  readonly other: DhtRunner;
  /** The one that switches. */
  readonly node: DhtRunner;
}

async function setUp(config: DhtRunnerConfig = {}): Promise<Scene> {
  const proxy = new FakeProxy();
  const network = { bind4: "127.0.0.1", bind6: null, network: 77 };
  const other = await DhtRunner.run(network);
  const node = await DhtRunner.run({
    ...network,
    bootstrap: `127.0.0.1:${other.getBound(4)?.port}`,
    proxy: proxyBackendWith({ fetch: proxy.fetch }),
    ...config,
  });
  onTestFinished(async () => {
    await Promise.all([node.join(), other.join()]);
  });
  return { proxy, other, node };
}

function eventually<T>(state: () => T): ReturnType<typeof expect.poll<T>> {
  return expect.poll(state, { timeout: 60_000 });
}

function heardBy(node: DhtRunner): string[] {
  const events: string[] = [];
  const listener = node.listen("room");
  void (async () => {
    for await (const { value, expired } of listener) events.push(`${expired ? "-" : "+"}${value.id}`);
  })();
  return events;
}

test("listeners go over to the proxy and back: what is the same is not told again, what is gone is", async () => {
  const { proxy, other, node } = await setUp();
  const events = heardBy(node);
  await node.connected();
  for (const id of [1n, 3n]) await other.put("room", new Value({ id }));
  await eventually(() => events).toEqual(["+1", "+3"]);
  for (const id of [1n, 2n]) proxy.put(KEY, new Value({ id }));
  await node.setProxyServer("http://proxy");
  await node.enableProxy(true);
  await eventually(() => [...events].sort()).toEqual(["+1", "+2", "+3", "-3"]);
  expect(node.nodeId.equals(proxy.nodeId)).toBe(true);
  proxy.put(KEY, new Value({ id: 4n }));
  await eventually(() => events).toContain("+4");
  await node.enableProxy(false);
  await eventually(() => events.slice(4).sort()).toEqual(["+3", "+4", "-2", "-4"]);
  expect(node.nodeId.equals(proxy.nodeId)).toBe(false);
});

test("permanent puts go over, and are announced in one place at a time", async () => {
  const { proxy, other, node } = await setUp();
  await node.connected();
  const { value } = await node.put("room", "stays", { permanent: true });
  const cancelled = await node.put("room", "cancelled", { permanent: true });
  await node.cancelPut("room", cancelled.value.id);
  await node.setProxyServer("http://proxy");
  await node.enableProxy(true);
  await eventually(() => proxy.seen("POST").map(({ body }) => JSON.parse(body).id)).toEqual([`${value.id}`]);
  expect(node.getPut("room").map(({ id }) => id)).toEqual([value.id]);
  expect(node.getLocalById("room", value.id)).toBeUndefined();
  await node.enableProxy(false);
  await eventually(() => proxy.seen("DELETE")).toHaveLength(1);
  expect(node.getPut("room").map(({ id }) => id)).toEqual([value.id]);
  await eventually(async () => (await other.getAll("room")).map((found) => found.text())).toContain("stays");
});

test("a node can act through a proxy from the start, and joins its own network when that ends", async () => {
  const { proxy, node } = await setUp({ proxyServer: "proxy:8080, elsewhere" });
  await node.connected();
  expect((await node.put("room", "x")).ok).toBe(true);
  expect(proxy.seen("POST")).toHaveLength(1);
  expect(node.getNodesStats(4)).toMatchObject({ goodNodes: proxy.good, dubiousNodes: 0 });
  expect(node.getNodeInfo().ipv6.goodNodes).toBe(0);
  expect(node.exportNodes()).toEqual([]);
  expect(node.getPublicAddress().map(({ host }) => host)).toEqual(["127.0.0.1"]);
  expect([node.getBound(4), node.getNodeInfo().port4]).toEqual([null, 0]);
  const disconnections: string[] = [];
  node.addEventListener("statuschange", ({ status4 }) => disconnections.push(status4));
  await node.setProxyServer("");
  await node.connected();
  expect(disconnections).toContain("connecting");
  expect(node.getBound(4)?.port).toBeGreaterThan(0);
  expect((await node.put("room", "x")).ok).toBe(true);
  expect(proxy.seen("POST")).toHaveLength(1);
});

test("listeners that the proxy's client has no room for are told so, and the others go over", async () => {
  const { proxy, node } = await setUp();
  await node.connected();
  const crowd = Array.from({ length: MAX_LISTENED_KEYS - 1 }, (_, index) => node.listen(`room ${index}`));
  const events = heardBy(node);
  const oneMore = node.listen("one more")[Symbol.asyncIterator]().next();
  const outcome = oneMore.catch((error) => error);
  await node.setProxyServer("http://proxy");
  await node.enableProxy(true);
  expect(await outcome).toMatchObject({ code: "ERR_TOO_MANY_LISTENS" });
  proxy.put(KEY, new Value({ id: 1n }));
  await eventually(() => events).toEqual(["+1"]);
  for (const listener of crowd) listener.cancel();
});

test("a node that acted through a proxy all along keeps what its state file knows of the network", async () => {
  const persistPath = join(await mkdtemp(join(tmpdir(), "hashmere-switching-")), "node");
  const { other, node } = await setUp({ persistPath });
  await node.connected();
  const { port } = node.getBound(4) ?? {};
  await node.shutdown();
  await node.join();
  const proxied = await setUp({ persistPath, proxyServer: "proxy" });
  await proxied.node.connected();
  await proxied.node.shutdown();
  await proxied.node.join();
  const again = await setUp({ persistPath, bootstrap: [], proxyServer: "proxy" });
  await again.node.enableProxy(false);
  await again.node.connected();
  expect(again.node.getBound(4)?.port).toBe(port);
  expect(again.node.exportNodes().map(({ id }) => `${id}`)).toContain(`${other.nodeId}`);
});

test("a node without a socket to be had goes on acting through its proxy", async () => {
  const { other } = await setUp();
  const { node, proxy } = await setUp({ bind4: other.getBound(4), proxyServer: "proxy" });
  await node.connected();
  await expect(node.enableProxy(false)).rejects.toMatchObject({ code: "ERR_SOCKET" });
  expect((await node.put("room", "x")).ok).toBe(true);
  expect(proxy.seen("POST")).toHaveLength(1);
});

test("pushes mean something while a proxy is in use", async () => {
  const { proxy, node } = await setUp({ pushToken: "TOKEN", pushNodeId: "me" });
  const push = { key: `${KEY}` };
  expect(await node.pushNotificationReceived(push)).toBe(PushNotificationResult.IgnoredDisabled);
  await node.setProxyServer("http://proxy");
  await node.enableProxy(true);
  const events = heardBy(node);
  await eventually(() => proxy.seen("SUBSCRIBE").map(({ body }) => JSON.parse(body).client_id)).toEqual(["me"]);
  proxy.put(KEY, new Value({ id: 1n }));
  expect(await node.pushNotificationReceived(push)).toBe(PushNotificationResult.Values);
  await eventually(() => events).toEqual(["+1"]);
  node.setPushNotificationToken("");
  await eventually(() => proxy.seen("GET", "/listen")).toHaveLength(1);
  await node.join();
  expect(await node.pushNotificationReceived(push)).toBe(PushNotificationResult.IgnoredStopped);
});

test("without a proxy, or without a client for it, nothing changes", async () => {
  const { node } = await setUp({ proxy: undefined });
  await expect(node.enableProxy(true)).rejects.toMatchObject({ code: "ERR_NO_PROXY_CLIENT" });
  const { node: other } = await setUp({ proxy: proxyBackend });
  await expect(other.enableProxy(true)).rejects.toMatchObject({ code: "ERR_PROXY_URL" });
  await node.connected();
  expect((await node.put("room", "x")).ok).toBe(true);
});
