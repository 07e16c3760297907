import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { endpointOf, type InteropPeer, type PeerKind } from "../peers/interop-peer.ts";
import { keyInHex } from "../peers/key-in-hex.ts";
import { PythonHost } from "../peers/python-node.ts";
import { OURS, Stage } from "../peers/stage.ts";
import { textsOf, word } from "../peers/values.ts";

// 24 nodes on loopback, half of them real: who stores, who serves a listener, who takes over.

const REAL_SHELLS = 4;
const REAL_IN_PYTHON = 8;
const PARTS: readonly (PeerKind | "hosted")[] = [
  ...Array<PeerKind>(REAL_SHELLS).fill("dhtnode"),
  ...Array<"hosted">(REAL_IN_PYTHON).fill("hosted"),
  ...Array<PeerKind>(REAL_SHELLS + REAL_IN_PYTHON).fill(OURS),
];
/** Nodes that store a value. */
const REPLICAS = 8;
/** Nodes a little farther that got a copy because a closer one was met too late. */
const STRAY_REPLICAS = 2;
/** Nodes at which a listener subscribes. */
const LISTEN_NODES = 4;
/** A node is found by everybody once so many of its nearest neighbours hand it out. */
const NEIGHBOURS = 8;
const NEIGHBOURS_WHO_KNOW = 3;
/** Time for the routing tables to fill: about 12 s for 24 real nodes on an idle machine. */
const SETTLE = { timeout: 90_000, interval: 1_000 } as const;
/** A dead node is noticed at the next renewal (20 s) and its requests (9.75 s). */
const FAILOVER_MS = 32_000;

describe("a network of 24 nodes, half of them real", () => {
  const stage = new Stage();
  const nodes: InteropPeer[] = [];

  beforeAll(async () => {
    const host = stage.use(new PythonHost());
    for (const [index, part] of PARTS.entries()) {
      const way = nodes[index % 2 === 0 ? 0 : index >> 1]; // a tree: not everybody enters at the same door
      const options = { network: stage.network, ...(way && { bootstrap: endpointOf(way) }) };
      nodes.push(part === "hosted" ? stage.use(await host.startNode(options)) : await stage.start(part, options));
    }
  }, 120_000);

  afterAll(() => stage[Symbol.asyncDispose]());

  test("every node becomes known to its neighbours", SETTLE, async () => {
    await expect.poll(() => hardToFind(nodes), SETTLE).toEqual([]);
  });

  test.each([
    ["ours", OURS],
    ["a real one", "dhtnode"],
  ] as const)(
    "a value put by %s is on the 8 nodes closest to the key, and the farthest finds it",
    async (name, kind) => {
      const key = `put-by-${name.replaceAll(" ", "-")}`;
      const ranked = byDistance(nodes, key);
      const putter = ranked.findLast((node) => node.kind === kind);
      await putter?.get(key); // meets the nodes around the key
      expect((await putter?.put(key, word("v")))?.ok).toBe(true);
      const holders = await whoHolds(nodes, key, ({ values }) => values > 0);
      expect([...holders]).toEqual(expect.arrayContaining([...idsOf(ranked.slice(0, REPLICAS))]));
      expect(holders.size).toBeLessThanOrEqual(REPLICAS + 1 + STRAY_REPLICAS); // + 1: the putter keeps a copy
      const farthest = ranked.findLast((node) => node !== putter);
      expect(await farthest?.get(key)).toMatchObject({ ok: true, values: [{ userType: "text/plain" }] });
    },
  );

  test("every node finds a value put by any other kind", async () => {
    for (const kind of new Set(nodes.map((node) => node.kind))) {
      const key = `found-by-all-put-by-${kind}`;
      await nodes.find((node) => node.kind === kind)?.put(key, word("v"));
      const outcomes = await Promise.all(nodes.map(async (node) => ({ node, got: await node.get(key) })));
      const without = outcomes.filter(({ got }) => textsOf(got.values).join() !== "v");
      expect(without.map(({ node, got }) => [node.kind, byDistance(nodes, key).indexOf(node), got])).toEqual([]);
    }
  });

  test("values of 56 KiB cross the network", async () => {
    const large = "z".repeat(57_344);
    const [putter] = nodes;
    expect((await putter?.put("large", word(large)))?.ok).toBe(true);
    const reader = byDistance(nodes, "large").at(-1);
    expect(textsOf((await reader?.get("large"))?.values ?? [])).toEqual([large]);
  });

  // Last, because it stops two nodes.
  test("a listener is at the 4 closest nodes; when two of them stop without notice, at the next two", async () => {
    const key = "listened";
    const ranked = byDistance(nodes, key);
    const listening = ranked.findLast((node) => node.kind === OURS);
    const putter = ranked.at(LISTEN_NODES + REPLICAS);
    await listening?.get(key); // meets the nodes around the key
    const listener = await listening?.listen(key);
    await putter?.put(key, word("v"));
    await listener?.waitFor(() => true, "the value");
    expect(await listenedAt(nodes, key)).toEqual(idsOf(ranked.slice(0, LISTEN_NODES)));

    const stopped = ranked.slice(0, 2);
    for (const node of stopped) await node.kill();
    const alive = nodes.filter((node) => !stopped.includes(node));
    const successors = idsOf(ranked.slice(2, 2 + LISTEN_NODES));
    await expect.poll(() => listenedAt(alive, key), { timeout: FAILOVER_MS, interval: 1_000 }).toEqual(successors);
    expect(listener?.events.filter(({ expired }) => expired)).toEqual([]);
  });
});

/** Nodes that too few of their neighbours know as good. */
async function hardToFind(nodes: readonly InteropPeer[]): Promise<string[]> {
  const known = new Map<InteropPeer, ReadonlySet<string>>();
  for (const node of nodes) known.set(node, new Set(await node.goodNodes(4)));
  const isKnownEnough = (node: InteropPeer): boolean => {
    const neighbours = byDistanceTo(nodes, node.nodeId).slice(1, 1 + NEIGHBOURS);
    return neighbours.filter((neighbour) => known.get(neighbour)?.has(node.nodeId)).length >= NEIGHBOURS_WHO_KNOW;
  };
  return nodes.filter((node) => !isKnownEnough(node)).map(({ kind, nodeId }) => `${kind} ${nodeId}`);
}

/** The nodes from the one nearest to the key to the farthest. */
function byDistance(nodes: readonly InteropPeer[], key: string): InteropPeer[] {
  return byDistanceTo(nodes, keyInHex(key));
}

function byDistanceTo(nodes: readonly InteropPeer[], id: string): InteropPeer[] {
  const target = BigInt(`0x${id}`);
  const distance = (node: InteropPeer): bigint => BigInt(`0x${node.nodeId}`) ^ target;
  return nodes.toSorted((a, b) => (distance(a) < distance(b) ? -1 : 1));
}

async function whoHolds(
  nodes: readonly InteropPeer[],
  key: string,
  isHeld: (stored: { readonly values: number; readonly remoteListeners: number }) => boolean,
): Promise<Set<string>> {
  const hex = keyInHex(key);
  const holders = new Set<string>();
  for (const node of nodes) {
    const stored = (await node.storage()).get(hex);
    if (stored !== undefined && isHeld(stored)) holders.add(node.nodeId);
  }
  return holders;
}

function listenedAt(nodes: readonly InteropPeer[], key: string): Promise<Set<string>> {
  return whoHolds(nodes, key, ({ remoteListeners }) => remoteListeners > 0);
}

function idsOf(nodes: readonly InteropPeer[]): Set<string> {
  return new Set(nodes.map((node) => node.nodeId));
}
