import { InfoHash, SeededRandom, Value } from "@hashmere/dht/engine";
import { createTestnet, type TestNode, type Testnet } from "@hashmere/dht/testnet";
import { expect, test } from "vitest";
import { AnnouncePacer } from "../../src/server/announce-pacer.ts";
import { ClientLedger } from "../../src/server/client-ledger.ts";
import { DEFAULT_LIMITS } from "../../src/server/limits.ts";
import { type Announcer, PermanentPuts } from "../../src/server/permanent-puts.ts";
import { decodeProxyState } from "../../src/server/state-file.ts";
import { type Ear, Subscriptions } from "../../src/server/subscriptions.ts";
import { encodedState } from "../support/encoded-state.ts";
import { recordingPusher } from "../support/recording-pusher.ts";
import { ToldListener } from "../support/told-listener.ts";

const PROXIES = 20;
const PUTS_EACH = 1_000;
/** Each at a key where another of the proxies has a permanent put. */
const SUBSCRIPTIONS_EACH = 100;
/** So few that the limits bite: where the proxies announce everything at once, values are left that no genuine node has. */
const GENUINE_NODES = 20;
/** How often genuine nodes use the network while the proxies come back, and how long time runs in one go. */
const PROBE_EVERY_MS = 10_000;
const STEP_MS = 50;
/** Over a million datagrams: half a minute of a processor, and much more on a busy machine. */
const PATIENCE = { timeout: 1_200_000 };
/** The last ones that were taken up hear of their values within that time. */
const HEARING_MS = 30_000;
/** Of one proxy: it pauses for a tenth of a second after each. */
const MOST_BEGUN_PER_SECOND = 10;
const NOBODY = { token: "", clientId: "", sessionId: "", platform: "none", topic: "" } as const;
const PHONE = { ...NOBODY, token: "https://push.example/phone", clientId: "phone", platform: "unifiedpush" } as const;
const REMAINING_MS = 12 * 3_600_000;

/** A proxy that has come back. */
interface Restarted {
  readonly pacer: AnnouncePacer;
  readonly subscriptions: Subscriptions;
  /** When it has begun to listen, again and again. */
  readonly begun: readonly number[];
  readonly pushed: readonly unknown[];
}

/**
 * What locked real proxies up for hours: all of a machine's proxies restart at the same second, with thousands of values
 * each to announce again, and the limits of every node count them as one address.
 */
test(
  "20 proxies with 1,000 permanent puts and 100 subscriptions each restart at the same second and are back within ten minutes",
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

    await net.advance(HEARING_MS);
    expect(restarted.map(({ subscriptions }) => subscriptions.size)).toEqual(Array(PROXIES).fill(SUBSCRIPTIONS_EACH));
    expect(restarted.map(({ begun }) => begun.length)).toEqual(Array(PROXIES).fill(SUBSCRIPTIONS_EACH));
    expect(Math.max(...restarted.map(({ begun }) => busiestSecond(begun)))).toBeLessThanOrEqual(MOST_BEGUN_PER_SECOND);
    expect(restarted.flatMap(unheard)).toEqual([]);
    net.close();
  },
);

/** Genuine nodes ask for what a genuine node has put. How many get no answer. */
async function probe(net: Testnet): Promise<number> {
  const askers = [7, 11, 15, 19].map((index) => net.node(index));
  const found = await Promise.all(askers.map((node) => node.getAll("weather")));
  return found.filter((values) => values.length === 0).length;
}

function restoreProxy(net: Testnet, node: TestNode, index: number): Restarted {
  const { scheduler } = net;
  const random = new SeededRandom(index + 1);
  const { pusher, pushed } = recordingPusher({ scheduler, random });
  const pacer = new AnnouncePacer({ scheduler, random, isConnected: () => node.status === "connected" });
  const ledger = new ClientLedger(DEFAULT_LIMITS, scheduler);
  const shared = { scheduler, random, pacer, pusher, ledger, onChange: () => {} };
  const puts = new PermanentPuts({ ...shared, node: announcer(node) });
  const begun: number[] = [];
  const subscriptions = new Subscriptions({ ...shared, node: ear(node, () => void begun.push(scheduler.now())) });
  const saved = decodeProxyState(savedState(index, scheduler.wallClock()));
  puts.restore(saved?.puts ?? []);
  subscriptions.restore(saved?.subscriptions ?? []);
  return { pacer, subscriptions, begun, pushed };
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

function ear(node: TestNode, onListen: () => void): Ear {
  return {
    isRunning: () => true,
    listen(key) {
      onListen();
      const told = new ToldListener(() => operation.cancel());
      const operation = node.dht.listen(key, {
        onValues(values, expired) {
          for (const value of values) told.tell({ value, expired });
        },
      });
      return told.listener;
    },
  };
}

/** The most that was begun within a second. */
function busiestSecond(begun: readonly number[]): number {
  return Math.max(...begun.map((from) => begun.filter((at) => at >= from && at < from + 1_000).length));
}

/** Keys to which a proxy's client has subscribed, and of whose value it was not told. */
function unheard({ pushed }: Restarted, proxy: number): string[] {
  const told = new Set(pushed.map((body) => (body as { readonly key?: string }).key)); // a value event's data
  return subscribedKeys(proxy)
    .map((key) => `${key}`)
    .filter((key) => !told.has(key));
}

/** What the proxy had written before it went down. */
function savedState(proxy: number, now: number): Uint8Array {
  const puts = Array.from({ length: PUTS_EACH }, (_, index) => ({
    key: keyOf(proxy, index),
    value: new Value({ id: BigInt(index + 1), data: Uint8Array.of(proxy, index & 0xff) }),
    target: NOBODY,
    endsAt: now + REMAINING_MS,
  }));
  const subscriptions = subscribedKeys(proxy).map((key) => ({ key, target: PHONE, endsAt: now + REMAINING_MS }));
  return encodedState({ puts, subscriptions });
}

function subscribedKeys(proxy: number): InfoHash[] {
  return Array.from({ length: SUBSCRIPTIONS_EACH }, (_, index) => keyOf((proxy + 1) % PROXIES, index));
}

function keyOf(proxy: number, index: number): InfoHash {
  return InfoHash.get(`put ${index} of proxy ${proxy}`);
}

function keysOfAll(): InfoHash[] {
  return Array.from({ length: PROXIES * PUTS_EACH }, (_, n) => keyOf(Math.floor(n / PUTS_EACH), n % PUTS_EACH));
}
