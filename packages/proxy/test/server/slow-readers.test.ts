import { VirtualScheduler } from "@hashmere/dht/engine";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ClientAccount } from "../../src/server/client-account.ts";
import { SlowReaders, type StreamReader } from "../../src/server/slow-readers.ts";

const MIB = 2 ** 20;

function rig(limits: { maxWaitingBytes: number; maxWaitingBytesPerClient: number }) {
  const scheduler = new VirtualScheduler();
  const slowReaders = new SlowReaders(limits, scheduler);
  const cut: string[] = [];
  const accounts = new Map<string, ClientAccount>();
  /** Somebody named after his client falls behind. */
  const fallsBehind = (name: string, bytes: number): StreamReader => {
    const [client = ""] = name;
    const account = accounts.get(client) ?? new ClientAccount(client, scheduler, 1);
    accounts.set(client, account);
    const reader = { waitingBytes: bytes, cutOff: () => void cut.push(name) };
    slowReaders.add(reader, account, bytes);
    return reader;
  };
  return { slowReaders, fallsBehind, cut, look: () => scheduler.advance(1) };
}

test("of a client for whose streams too much waits, those furthest behind are cut off, and nobody else", () => {
  const { fallsBehind, cut, look } = rig({ maxWaitingBytesPerClient: 10 * MIB, maxWaitingBytes: 100 * MIB });
  fallsBehind("a small", 1 * MIB);
  fallsBehind("a large", 6 * MIB);
  fallsBehind("a middle", 5 * MIB);
  fallsBehind("b large", 9 * MIB);
  look();
  expect(cut).toEqual(["a large"]);
});

test("where too much waits for all clients together, it is taken from the one for whom most waits", () => {
  const { fallsBehind, cut, look } = rig({ maxWaitingBytesPerClient: 10 * MIB, maxWaitingBytes: 12 * MIB });
  fallsBehind("a", 6 * MIB);
  fallsBehind("b", 7 * MIB);
  fallsBehind("c", 5 * MIB);
  look();
  expect(cut).toEqual(["b"]);
});

test("who spreads what he doesn't take over many streams doesn't outlive who has a single one", () => {
  const { fallsBehind, cut, look } = rig({ maxWaitingBytesPerClient: 100 * MIB, maxWaitingBytes: 10 * MIB });
  fallsBehind("honest", 4 * MIB);
  for (let stream = 1; stream <= 8; stream++) fallsBehind(`many ${stream}`, 1 * MIB);
  look();
  expect(cut).toHaveLength(2);
  for (const name of cut) expect(name).toMatch(/^many/);
});

test("is as if one looked anew after each: who has most loses the stream that is furthest behind", () => {
  const sizes = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 12 });
  const limit = fc.integer({ min: 1, max: 200 });
  fc.assert(
    fc.property(sizes, limit, limit, (streams, ofAll, ofClient) => {
      const { fallsBehind, cut, look } = rig({
        maxWaitingBytes: ofAll * MIB,
        maxWaitingBytesPerClient: ofClient * MIB,
      });
      for (const mib of streams) fallsBehind(nameOf(mib), mib * MIB);
      look();
      expect(cut).toEqual(cutOneByOne(streams, ofAll, ofClient));
    }),
  );
});

test("who has caught up when it comes to that is left alone, and so is who is as far behind as he may be", () => {
  const { slowReaders, fallsBehind, cut, look } = rig({ maxWaitingBytesPerClient: 4 * MIB, maxWaitingBytes: 8 * MIB });
  slowReaders.remove(fallsBehind("a quick", 5 * MIB));
  fallsBehind("a slow", 4 * MIB);
  fallsBehind("b slow", 4 * MIB);
  look();
  expect(cut).toEqual([]);
});

/** Three clients have the streams. */
function nameOf(size: number): string {
  return `${size % 3} ${size}`;
}

function cutOneByOne(sizes: readonly number[], ofAll: number, ofClient: number): readonly string[] {
  const sum = (some: readonly number[]) => some.reduce((total, size) => total + size, 0);
  const clients = [0, 1, 2]
    .map((rest) => sizes.filter((size) => size % 3 === rest).sort((one, other) => other - one))
    .sort(([one = 0], [other = 0]) => other - one)
    .sort((one, other) => sum(other) - sum(one));
  const [[largest] = []] = clients;
  if (largest === undefined || (sum(sizes) <= ofAll && sum(clients[0] ?? []) <= ofClient)) return [];
  const rest = sizes.filter((size) => size !== largest);
  return [nameOf(largest), ...cutOneByOne(rest, ofAll, ofClient)];
}
