import { describe, expect, it } from "vitest";
import { AddressBook } from "../../src/address/index.ts";
import { BusyError } from "../../src/errors/index.ts";
import { MAX_CANDIDATES, Shortlist } from "../../src/lookup/shortlist.ts";
import { Dialects, MAX_DIALECTS } from "../../src/node/dialects.ts";
import { Gate } from "../../src/node/gate.ts";
import { MAX_BYTES_TO_STRANGERS } from "../../src/node/handlers/find-value.ts";
import { SeededRandom } from "../../src/random/seeded-random.ts";
import { Rpc } from "../../src/rpc/index.ts";
import { VirtualScheduler } from "../../src/scheduler/virtual-scheduler.ts";
import { Testnet } from "../../src/testnet/index.ts";
import { PackedValue } from "../../src/value/index.ts";
import { addressOf } from "../support/address.ts";
import { idOf } from "../support/ids.ts";
import { RawPeer } from "../support/raw-peer.ts";

describe("a large value", () => {
  it("is given only to an address that has proved to be real: no amplification towards forged senders", async () => {
    const net = new Testnet();
    const node = net.add();
    const key = idOf("key");
    const value = PackedValue.pack("x".repeat(60_000));
    expect(value.bytes.length).toBeGreaterThan(MAX_BYTES_TO_STRANGERS);
    const [friend, stranger] = [RawPeer.plain(net, idOf("friend")), new RawPeer(net, idOf("stranger"))];
    friend.sendRequest({ method: "store", sender: friend.id, key, value }, node.address);
    await net.advance(1_000);
    for (const peer of [friend, stranger]) {
      peer.sendRequest({ method: "find_value", sender: peer.id, target: key }, node.address);
    }
    await net.advance(1_000);
    expect(friend.answers.at(-1)?.length).toBeGreaterThan(60_000);
    expect(stranger.answers.at(-1)?.length).toBeLessThan(100);
  });
});

describe("a shortlist", () => {
  it("forgets the farthest rather than grow", () => {
    const target = idOf("target");
    const shortlist = new Shortlist(target);
    const ids = Array.from({ length: 2 * MAX_CANDIDATES }, (_, index) => idOf(`node-${index}`));
    for (const id of ids) shortlist.add({ id, address: addressOf("10.0.0.1") });
    ids.sort((a, b) => target.compareDistance(a, b));
    expect(shortlist.candidates.map(({ id }) => id)).toEqual(ids.slice(0, MAX_CANDIDATES));
  });
});

describe("the dialects of other nodes", () => {
  it("are forgotten, oldest first, rather than fill the memory", async () => {
    const rpc = new Rpc({
      scheduler: new VirtualScheduler(),
      random: new SeededRandom(1),
      book: new AddressBook(),
      transport: { send: () => {}, reaches: () => true },
      observer: { onAnswered: () => {}, onUnanswered: () => {} },
    });
    const dialects = new Dialects(idOf("own"), rpc);
    const addressAt = (index: number) => addressOf(`10.0.${index >> 8}.${index & 255}`);
    for (let index = 1; index <= MAX_DIALECTS + 1; index++) dialects.learned(addressAt(index));
    expect(await dialects.speaksReplicate(addressAt(MAX_DIALECTS + 1))).toBe(true);
    void dialects.speaksReplicate(addressAt(1));
    expect(rpc.stats.requestsSent).toBe(1);
  });
});

describe("a gate", () => {
  it("lets some run, some wait in order, and turns the others away", async () => {
    const gate = new Gate(2, 3);
    const begun: number[] = [];
    const endings: (() => void)[] = [];
    const operations = Array.from({ length: 6 }, (_, index) =>
      gate.pass(() => {
        begun.push(index);
        return new Promise<number>((resolve) => endings.push(() => resolve(index)));
      }),
    );
    await expect(operations[5]).rejects.toThrow(BusyError);
    expect(begun).toEqual([0, 1]);
    for (let index = 0; index < 5; index++) {
      await expect.poll(() => endings.length).toBeGreaterThan(index);
      endings[index]?.();
      expect(await operations[index]).toBe(index);
    }
    expect(begun).toEqual([0, 1, 2, 3, 4]);
  });

  it("frees the place of an operation that throws", async () => {
    const gate = new Gate(1, 1);
    await expect(gate.pass(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await gate.pass(() => Promise.resolve(1))).toBe(1);
  });
});

describe("a storage or a hook that throws", () => {
  it("is reported, and the node goes on", async () => {
    const errors: unknown[] = [];
    const net = new Testnet();
    const node = net.add({
      acceptStore: () => {
        throw new Error("broken hook");
      },
      onEvent: (event) => event.type === "error" && errors.push(event.error),
    });
    const peer = RawPeer.plain(net, idOf("peer"));
    peer.sendRequest({ method: "store", sender: peer.id, key: idOf("key"), value: PackedValue.pack(1) }, node.address);
    peer.sendRequest({ method: "ping", sender: peer.id }, node.address);
    await net.advance(1_000);
    expect(errors).toEqual([new Error("broken hook")]);
    expect(peer.answers).toHaveLength(1);
  });
});
