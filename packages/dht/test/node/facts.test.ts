import { describe, expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import {
  combinedStatus,
  formatNodeStats,
  type LookupHop,
  networkSizeEstimate,
  nodeInfoToJson,
} from "../../src/node/index.ts";
import { createTestnet } from "../../src/testnet/index.ts";

const key = InfoHash.get("key");

describe("statistics", () => {
  test("count nodes, searches and depth, in the words of OpenDHT's tools", async () => {
    const net = await createTestnet({ nodes: 40, latency: 5 });
    const stats = net.node(0).dht.stats(4);
    expect(stats.goodNodes).toBeGreaterThanOrEqual(8);
    expect(stats.tableDepth).toBeGreaterThan(1);
    expect(networkSizeEstimate(stats)).toBe(8 * 2 ** stats.tableDepth);
    expect(formatNodeStats(stats).split("\n")).toEqual([
      `Known nodes: ${stats.goodNodes} good, ${stats.dubiousNodes} dubious, ${stats.incomingNodes} incoming.`,
      `${stats.searches} searches, ${stats.nodeCacheSize} total cached nodes`,
      `Routing table depth: ${stats.tableDepth}`,
      `Network size estimation: ${8 * 2 ** stats.tableDepth} nodes`,
    ]);
    expect(net.node(0).dht.stats(6)).toMatchObject({ goodNodes: 0, nodeCacheSize: 0 });
  });

  test("on messages start again when they are read, by direction", async () => {
    const net = await createTestnet({ nodes: 4, latency: 5 });
    const { dht } = net.node(0);
    dht.messageStats("in");
    dht.messageStats("out");
    await net.node(1).ping(net.node(0));
    expect(dht.messageStats("in")).toMatchObject({ ping: 1 });
    expect(dht.messageStats("in")).toMatchObject({ ping: 0 });
    expect(dht.messageStats("out")).toMatchObject({ ping: 0 });
  });

  test("on the node say what it holds, with OpenDHT's names in JSON", async () => {
    const net = await createTestnet({ nodes: 2, latency: 5 });
    await net.node(0).put(key, "12345");
    const { dht } = net.node(1);
    const info = dht.info({ ongoingOperations: 2, port4: 4222 });
    expect(info).toMatchObject({ storageValues: 1, storageSize: 5, localStorageValues: 0, localStorageSize: 0 });
    expect(nodeInfoToJson(info)).toEqual({
      node_id: dht.id.toString(),
      ipv4: { good: 1, dubious: 0, incoming: info.ipv4.incomingNodes },
      ipv6: { good: 0, dubious: 0, incoming: 0 },
      ops: 2,
      storage_values: 1,
      storage_size: 5,
      local_storage_values: 0,
      local_storage_size: 0,
      port_ipv4: 4222,
      port_ipv6: 0,
    });
    expect(nodeInfoToJson(info, key)).toMatchObject({ id: key.toString() });
  });

  test.each([
    ["connected", "disconnected", "connected"],
    ["disconnected", "connecting", "connecting"],
    ["connecting", "connected", "connected"],
    ["disconnected", "disconnected", "disconnected"],
  ] as const)("on the status take the better of both families: %s and %s is %s", (four, six, both) => {
    expect(combinedStatus(four, six)).toBe(both);
  });
});

describe("logs", () => {
  test("show tables, storage and searches", async () => {
    const net = await createTestnet({ nodes: 3, latency: 5 });
    const { dht } = net.node(0);
    await net.node(0).put(key, "v", { permanent: true });
    expect(dht.routingLog(4)).toMatch(
      /^0{40} count: 2 updated: .*\n {4}Node [0-9a-f]{40} 10\.0\.0\.\d:4222 updated: .*\[good\]/,
    );
    expect(dht.routingLog(6)).toBe("");
    expect(dht.storageLog(key)).toContain(`Storage ${key}`);
    expect(dht.storageLog()).toContain("Total 1 storages, 1 values");
    expect(dht.searchesLog()).toContain("Total: 2 searches (2 IPv4, 0 IPv6).");
    expect(dht.searchLog(key)).toContain(`Search IPv4 ${key}`);
    expect(dht.searchLog(InfoHash.get("another"))).toBe("");
  });
});

describe("an observer", () => {
  test("sees a get hop by hop: who is asked, who answers with which nodes and values, who is silent", async () => {
    const net = await createTestnet({ nodes: 20, latency: 5 });
    await net.node(0).put(key, "v");
    const node = net.node(15);
    const [nearest] = [...net.nodes].filter((each) => each !== node).sort((a, b) => key.xorCmp(a.id, b.id));
    if (nearest !== undefined) net.crash(nearest);
    const hops: LookupHop[] = [];
    const stop = node.dht.observeLookups((hop) => hops.push(hop));
    await node.get(key);
    await net.advance("30s");
    stop();
    const seen = hops.length;
    const ofKey = hops.filter((hop) => hop.key.equals(key));
    expect(new Set(ofKey.map(({ event }) => event))).toEqual(new Set(["asked", "answered", "silent"]));
    const answers = ofKey.filter(({ event }) => event === "answered");
    expect(answers.every(({ roundTripMs }) => roundTripMs !== undefined && Math.abs(roundTripMs - 10) < 0.001)).toBe(
      true,
    );
    expect(answers.some(({ values }) => values === 1)).toBe(true);
    expect(answers.every(({ nodes = [] }) => nodes.length > 0)).toBe(true);
    await node.get(key);
    expect(hops).toHaveLength(seen);
  });

  test("sees every datagram in both directions", async () => {
    const net = await createTestnet({ nodes: 2, latency: 5 });
    const seen = { in: 0, out: 0 };
    const stop = net.node(0).dht.observe({ onReceived: () => seen.in++, onSent: () => seen.out++ });
    await net.node(0).ping(net.node(1));
    stop();
    await net.node(0).ping(net.node(1));
    expect(seen).toEqual({ in: 1, out: 1 });
  });
});

describe("what is saved", () => {
  test("brings a node back without bootstrap hosts, with its values and their ages", async () => {
    const net = await createTestnet({ nodes: 10, latency: 5 });
    await net.node(0).put(key, "v");
    const holder = net.nodes.find((node) => node !== net.node(0) && node.local(key).length > 0);
    if (holder === undefined) throw new Error("somebody holds the value");
    const [nodes, values] = [holder.exportNodes(), holder.dht.exportValues()];
    expect(nodes.length).toBe(9);
    await net.advance("4m");
    net.restart(holder);
    holder.dht.clearBootstrap();
    for (const entry of nodes) holder.dht.insertNode(entry);
    holder.dht.importValues(values);
    expect(holder.status).toBe("connecting");
    expect(holder.local(key)).toHaveLength(1);
    await holder.connected();
    await net.advance("5m");
    expect(holder.local(key)).toHaveLength(1);
    await net.advance("2m");
    expect(holder.local(key)).toHaveLength(0);
  });

  test("lists the nodes of our own bucket first", async () => {
    const net = await createTestnet({ nodes: 60, latency: 5 });
    const node = net.node(30);
    const exported = node.exportNodes();
    const bits = exported.map(({ id }) => InfoHash.commonBits(id, node.id));
    const own = Math.max(...bits);
    expect(bits[0]).toBeGreaterThanOrEqual(node.dht.stats(4).tableDepth - 1);
    expect(bits.slice(0, 8)).toContain(own);
  });
});
