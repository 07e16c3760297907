import { InfoHash, SeededRandom, Value } from "@hashmere/dht/engine";
import { createTestnet, type TestNode, type Testnet } from "@hashmere/dht/testnet";
import { expect, test } from "vitest";
import { Pusher } from "../../src/push/index.ts";
import { AnnouncePacer } from "../../src/server/announce-pacer.ts";
import { ClientLedger } from "../../src/server/client-ledger.ts";
import { DEFAULT_LIMITS } from "../../src/server/limits.ts";
import { type Announcer, PermanentPuts } from "../../src/server/permanent-puts.ts";
import { decodeProxyState } from "../../src/server/state-file.ts";
import { encodedState } from "../support/encoded-state.ts";

const PROXIES = 20;
const PUTS_EACH = 1_000;
/** So few that the limits bite: where the proxies announce everything at once, values are left that no genuine node has. */
const GENUINE_NODES = 20;
/** How often genuine nodes use the network while the proxies come back, and how long time runs in one go. */
const PROBE_EVERY_MS = 10_000;
const STEP_MS = 50;
/** Over a million datagrams: half a minute of a processor, and much more on a busy machine. */
const PATIENCE = { timeout: 1_200_000 };
const NOBODY = { token: "", clientId: "", sessionId: "", platform: "none", topic: "" } as const;

/**
 * What locked real proxies up for hours: all of a machine's proxies restart at the same second, with thousands of values
 * each to announce again, and the limits of every node count them as one address.
 */
test(
  "20 proxies with 1,000 permanent puts each restart at the same second and are back within ten minutes",
  PATIENCE,
  async () => {
    const net = await createTestnet({ nodes: GENUINE_NODES, nodesPerHost: PROXIES, seed: 869, latency: "internet" });
    const proxies = net.spawn(PROXIES);
    await Promise.all(proxies.map((node) => node.connected()));
    await net.node(0).put("weather", "fine");

    net.restart(proxies);
    const restarted = proxies.map((node, index) => restoreProxy(net, node, index));
    const begun = net.now;
    let unanswered = 0;
    while (net.now < begun + 600_000 && restarted.some(({ pacer }) => pacer.size > 0)) {
      unanswered += await probe(net);
      const until = net.now + PROBE_EVERY_MS;
      while (net.now < until) await net.advance(STEP_MS);
    }

    expect(proxies.filter((node) => node.status !== "connected")).toEqual([]);
    expect(restarted.map(({ pacer }) => pacer.size)).toEqual(Array(PROXIES).fill(0));
    expect(unanswered).toBe(0);
    const genuine = net.nodes.slice(0, GENUINE_NODES);
    expect(keysOfAll().filter((key) => !genuine.some((node) => node.local(key).length > 0))).toEqual([]);
    net.close();
  },
);

/** Genuine nodes ask for what a genuine node has put. How many get no answer. */
async function probe(net: Testnet): Promise<number> {
  const askers = [7, 11, 15, 19].map((index) => net.node(index));
  const found = await Promise.all(askers.map((node) => node.getAll("weather")));
  return found.filter((values) => values.length === 0).length;
}

function restoreProxy(net: Testnet, node: TestNode, index: number): { readonly pacer: AnnouncePacer } {
  const { scheduler } = net;
  const random = new SeededRandom(index + 1);
  const pacer = new AnnouncePacer({ scheduler, random, isConnected: () => node.status === "connected" });
  const puts = new PermanentPuts({
    node: announcer(node),
    scheduler,
    random,
    pacer,
    pusher: new Pusher({ scheduler, random, post: async () => ({ kind: "delivered" }) }),
    ledger: new ClientLedger(DEFAULT_LIMITS, scheduler),
    onChange: () => {},
  });
  puts.restore(decodeProxyState(savedState(index, scheduler.wallClock()))?.puts ?? []);
  return { pacer };
}

function announcer(node: TestNode): Announcer {
  return {
    put(key, value, options) {
      const { promise, resolve } = Promise.withResolvers<{ ok: boolean }>();
      const operation = node.dht.put(key, value, { ...options, onDone: resolve });
      return Object.assign(promise, { cancel: () => operation.cancel() });
    },
  };
}

/** What the proxy had written before it went down. */
function savedState(proxy: number, now: number): Uint8Array {
  const puts = Array.from({ length: PUTS_EACH }, (_, index) => ({
    key: keyOf(proxy, index),
    value: new Value({ id: BigInt(index + 1), data: Uint8Array.of(proxy, index & 0xff) }),
    target: NOBODY,
    endsAt: now + 12 * 3_600_000,
  }));
  return encodedState({ puts, subscriptions: [] });
}

function keyOf(proxy: number, index: number): InfoHash {
  return InfoHash.get(`put ${index} of proxy ${proxy}`);
}

function keysOfAll(): InfoHash[] {
  return Array.from({ length: PROXIES * PUTS_EACH }, (_, n) => keyOf(Math.floor(n / PUTS_EACH), n % PUTS_EACH));
}
