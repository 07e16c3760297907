import { describe, expect, it } from "vitest";
import { BusyError } from "../../src/errors/index.ts";
import { MAX_CANDIDATES, Shortlist } from "../../src/lookup/shortlist.ts";
import { Gate } from "../../src/node/gate.ts";
import { MAX_BYTES_TO_STRANGERS } from "../../src/node/handlers/find-value.ts";
import { Kin, MAX_KIN } from "../../src/node/kin.ts";
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

describe("the nodes of our make", () => {
  it("are forgotten, oldest first, rather than fill the memory", () => {
    const kin = new Kin();
    const addressAt = (index: number) => addressOf(`10.0.${index >> 8}.${index & 255}`);
    for (let index = 1; index <= MAX_KIN + 1; index++) kin.answered(addressAt(index), true);
    expect(kin.has(addressAt(1))).toBe(false);
    expect(kin.has(addressAt(MAX_KIN + 1))).toBe(true);
  });

  it("are no longer taken for such when something else answers at their address", () => {
    const kin = new Kin();
    kin.answered(addressOf("10.0.0.1"), true);
    kin.answered(addressOf("10.0.0.1"), false);
    expect(kin.has(addressOf("10.0.0.1"))).toBe(false);
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

  it("lets those go that give up waiting, and keeps the order of the others", async () => {
    const gate = new Gate(1, 3);
    const begun: number[] = [];
    const [busy, giveUp] = [openPromise(), new AbortController()];
    const first = gate.pass(() => busy.promise);
    const waiting = gate.pass(() => Promise.resolve(begun.push(1)), giveUp.signal);
    const next = gate.pass(() => Promise.resolve(begun.push(2)));
    giveUp.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await expect(gate.pass(() => Promise.resolve(begun.push(3)), giveUp.signal)).rejects.toThrow("enough");
    busy.resolve();
    await Promise.all([first, next]);
    expect(begun).toEqual([2]);
  });

  it.each([0, 1, 2, 3, 4])("stays as narrow when one gives up as its turn comes, %i steps after", async (steps) => {
    const gate = new Gate(1, 3);
    const [busy, giveUp, last] = [openPromise(), new AbortController(), openPromise()];
    const first = gate.pass(() => busy.promise);
    let abort = busy.promise;
    for (let step = 0; step < steps; step++) abort = abort.then(() => {});
    const aborted = abort.then(() => giveUp.abort(new Error("enough")));
    const waiting = gate.pass(() => Promise.resolve(), giveUp.signal);
    busy.resolve();
    await Promise.allSettled([first, waiting, aborted]);
    const [running, behind] = [gate.pass(() => last.promise), gate.pass(() => Promise.resolve("behind"))];
    expect(await Promise.race([behind, new Promise((resolve) => setImmediate(resolve, "waits"))])).toBe("waits");
    last.resolve();
    await running;
    expect(await behind).toBe("behind");
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

function openPromise(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
