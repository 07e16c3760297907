// What the description of the wire format promises of the whole node and no other test holds.
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { openLocalDiscovery } from "../../src/runner/local-discovery.ts";
import { VirtualScheduler } from "../../src/scheduler/index.ts";
import { Testnet } from "../../src/testnet/index.ts";
import { Value } from "../../src/value/index.ts";
import type { NodeEntry } from "../../src/wire/index.ts";
import { Stranger } from "../node/stranger.ts";

describe("the largest value", () => {
  const key = InfoHash.get("key");
  let net: Testnet;
  beforeEach(() => {
    net = new Testnet();
  });

  test.each([
    [68n, "is stored and acknowledged, being 65568 bytes packed", 1],
    [65_536n, "is neither stored nor acknowledged, being 65572 bytes packed", 0],
  ])("with id %i %s", (id, _, expected) => {
    const node = net.spawnOne();
    const stranger = new Stranger(net);
    const value = new Value({ id, data: new Uint8Array(65_536) });
    const token = stranger.token(node);
    const answers = stranger.ask(node, { kind: "put", key, values: [value], announced: [], token });
    expect(answers).toHaveLength(expected);
    expect(node.local(key)).toHaveLength(expected);
  });
});

describe("discovery in the local network", () => {
  const port = 41_000 + (process.pid % 20_000);

  async function open(id: InfoHash, network: number, onFound: (found: NodeEntry) => void = () => {}) {
    const options = { scheduler: new VirtualScheduler(), port, families: [4], interfaces: { 4: "127.0.0.1" } } as const;
    const local = { id, network, ports: { 4: 4000 + network, 6: undefined } };
    const discovery = await openLocalDiscovery({ ...options, find: true, announce: true }, local, onFound);
    onTestFinished(() => discovery[Symbol.asyncDispose]());
  }

  test("finds nodes of our network, with their port, and neither others nor ourselves", async () => {
    const [ours, neighbour] = [InfoHash.get("ours"), InfoHash.get("neighbour")];
    const found: NodeEntry[] = [];
    const first = Promise.withResolvers<void>();
    await open(ours, 1, (entry) => {
      found.push(entry);
      first.resolve();
    });
    await open(InfoHash.get("foreigner"), 2);
    await open(ours, 1);
    await open(neighbour, 1);
    await first.promise;
    expect(found.map(({ id, address }) => [id.toString(), address.toString()])).toEqual([
      [neighbour.toString(), "127.0.0.1:4001"],
    ]);
  });
});
