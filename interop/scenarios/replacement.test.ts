import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "vitest";
import { startPeer } from "../peers/cast.ts";
import { Clusters } from "../peers/clusters.ts";
import { endpointOf, type InteropPeer, type PeerKind } from "../peers/interop-peer.ts";
import { keyInHex } from "../peers/key-in-hex.ts";
import { OURS, POLL, Stage } from "../peers/stage.ts";
import { textsOf, word } from "../peers/values.ts";

// Networks whose nodes are replaced, cluster after cluster, while others use them.

const CLUSTER_SIZE = 4;
const ROUNDS = 2;
/** Gets of a round, in sequence. */
const GETS = 16;
/** As long as OpenDHT's own tools wait before they measure. */
const PAUSE_MS = 2_000;
const ALL_REAL = [true, true, true, true] as const;
const HALF_REAL = [true, false, true, false] as const;

test.concurrent("values survive when every node that held them has left in good order, half of them real", async ({
  expect,
}) => {
  await using network = new Clusters(CLUSTER_SIZE, { maintainStorage: true });
  await network.join(...HALF_REAL);
  const first = network.nodes;
  const texts = ["one", "two", "three"];
  for (const text of texts) expect((await first[0]?.put("lasting", word(text)))?.ok).toBe(true);
  const holders = await holdersOf("lasting", first);

  for (const _ of HALF_REAL) await network.replaceOldest();
  expect(network.nodes.some((node) => first.includes(node))).toBe(false);
  const heirs = await holdersOf("lasting", network.nodes);
  console.log(
    `values of ${holders.length} nodes are on ${heirs.length} others: ${heirs.map(({ kind }) => kind).join(", ")}`,
  );
  for (const kind of ["python", OURS]) {
    const asker = network.nodes.find((node) => node.kind === kind);
    await expect.poll(async () => textsOf((await asker?.get("lasting"))?.values ?? []), POLL).toEqual(texts.toSorted());
  }
});

test.concurrent("gets are all answered while nodes are replaced, by ours among both kinds as by a real one among its own", async ({
  expect,
}) => {
  await using stage = new Stage();
  const ours = stage.use(await Visit.begin(OURS, HALF_REAL));
  const real = stage.use(await Visit.begin("python", ALL_REAL));
  for (let round = 0; round < ROUNDS; round++) {
    await Promise.all([ours, real].map(({ network }) => network.replaceOldest()));
    await sleep(PAUSE_MS);
    await Promise.all([ours, real].map((visit) => visit.get(GETS)));
  }
  for (const { answered } of [ours, real]) expect(answered).toBe(ROUNDS * GETS);
  console.log(`get, mean (least … most): ours ${summary(ours.took)}, real ${summary(real.took)}`);
  console.log(`ratio of means: ${(mean(ours.took) / mean(real.took)).toFixed(2)}`);
});

/** A node that stays and asks, in a network of clusters that come and go. */
class Visit implements AsyncDisposable {
  readonly network: Clusters;
  readonly took: number[] = [];
  answered = 0;
  readonly #asker: InteropPeer;

  private constructor(network: Clusters, asker: InteropPeer) {
    this.network = network;
    this.#asker = asker;
  }

  static async begin(kind: PeerKind, areReal: readonly boolean[]): Promise<Visit> {
    const network = new Clusters(CLUSTER_SIZE);
    await network.join(...areReal);
    const asker = await startPeer(kind, { network: network.number });
    for (const node of network.nodes) await asker.bootstrap(endpointOf(node));
    for (let i = 0; i < GETS; i++) await asker.get(`meeting ${i}`); // a node that is connected asks no further bootstrap
    return new Visit(network, asker);
  }

  /** Asks for so many keys under which nothing is, one after the other. */
  async get(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const start = performance.now();
      if ((await this.#asker.get(`nothing ${randomInt(2 ** 32)}`)).ok) this.answered++;
      this.took.push(performance.now() - start);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#asker.kill();
    await this.network[Symbol.asyncDispose]();
  }
}

async function holdersOf(key: string, nodes: readonly InteropPeer[]): Promise<readonly InteropPeer[]> {
  const counts = await Promise.all(nodes.map(async (node) => (await node.storage()).get(keyInHex(key))?.values ?? 0));
  return nodes.filter((_, index) => (counts[index] ?? 0) > 0);
}

function mean(times: readonly number[]): number {
  return times.reduce((sum, time) => sum + time, 0) / times.length;
}

function summary(times: readonly number[]): string {
  return `${mean(times).toFixed(1)} ms (${Math.min(...times).toFixed(1)} … ${Math.max(...times).toFixed(1)})`;
}
