import { VirtualScheduler } from "@hashmere/dht/engine";
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

test("where too much waits for all clients together, those furthest behind are cut off, whoever they are", () => {
  const { fallsBehind, cut, look } = rig({ maxWaitingBytesPerClient: 10 * MIB, maxWaitingBytes: 12 * MIB });
  fallsBehind("a", 6 * MIB);
  fallsBehind("b", 7 * MIB);
  fallsBehind("c", 5 * MIB);
  look();
  expect(cut).toEqual(["b"]);
});

test("who has caught up when it comes to that is left alone, and so is who is as far behind as he may be", () => {
  const { slowReaders, fallsBehind, cut, look } = rig({ maxWaitingBytesPerClient: 4 * MIB, maxWaitingBytes: 8 * MIB });
  slowReaders.remove(fallsBehind("a quick", 5 * MIB));
  fallsBehind("a slow", 4 * MIB);
  fallsBehind("b slow", 4 * MIB);
  look();
  expect(cut).toEqual([]);
});
