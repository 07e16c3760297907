import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SockAddr } from "../../src/address/index.ts";
import { InfoHash } from "../../src/id/index.ts";
import { Peer } from "../../src/routing/index.ts";
import {
  DEFAULT_MAX_STORE_BYTES,
  DEFAULT_MAX_STORE_KEYS,
  DEFAULT_MAX_STORE_VALUES,
  MAX_VALUES_PER_KEY,
} from "../../src/store/index.ts";
import { key, LIFE_MS, plainOf, StoreRig } from "./store-rig.ts";

const KB = 1024;

describe("when others hold too much here", () => {
  test("the limit holds after each put", () => {
    const rig = new StoreRig({ maxStoreSize: 10 * KB });
    for (let id = 1; id <= 20; id++) {
      expect(rig.put(plainOf(id, KB))).toBe("stored");
      expect(rig.store.stats.bytes).toBeLessThanOrEqual(10 * KB);
    }
    expect(rig.ids).toEqual(Array.from({ length: 10 }, (_, i) => BigInt(i + 11)));
  });

  test("the heaviest user gives up the value that would expire next, and listeners hear of it", () => {
    const rig = new StoreRig({ maxStoreSize: 3 * KB });
    rig.types.register({ id: 7, name: "short", expirationMs: 1000 });
    rig.put(plainOf(1, KB), 1);
    rig.put(plainOf(2, KB), 2);
    rig.put(plainOf(3, KB, { type: 7 }), 2);
    rig.listen();
    rig.put(plainOf(4, 100), 3);
    expect(rig.told).toEqual(["remote values 4", "remote expired 3"]);
    expect(rig.ids).toEqual([1n, 2n, 4n]);
  });

  test("a refreshed value is no longer the next to go", () => {
    const rig = new StoreRig({ maxStoreSize: 2 * KB });
    rig.put(plainOf(1, KB));
    rig.scheduler.advance(1);
    rig.put(plainOf(2, KB));
    rig.scheduler.advance(1);
    rig.store.refresh(key, 1n);
    rig.put(plainOf(3, KB));
    expect(rig.ids).toEqual([1n, 3n]);
  });

  test("ports don't make another user, nor do the last 64 bits of an IPv6 address", () => {
    const rig = new StoreRig({ maxStoreSize: 4 * KB });
    const put = (id: number, address: SockAddr) => {
      const peer = new Peer(InfoHash.get(String(address)), address, false, rig.random);
      rig.store.putRemote(key, plainOf(id, KB), rig.scheduler.wallClock(), peer, address);
    };
    put(1, SockAddr.ipv6(1, 2, 0, 1, 1));
    put(2, SockAddr.ipv6(1, 3, 0, 1, 1));
    put(3, SockAddr.ipv6(1, 2, 5, 2, 2));
    put(4, SockAddr.ipv4(1, 1));
    put(5, SockAddr.ipv4(2, 1));
    expect(rig.ids).toEqual([2n, 3n, 4n, 5n]);
  });

  test("empty values aren't free", () => {
    const rig = new StoreRig({ maxStoreValues: 10 });
    rig.put(plainOf(100, 64), 2);
    for (let id = 1; id <= 20; id++) rig.put(plainOf(id, 0));
    expect(rig.store.stats).toMatchObject({ values: 10, bytes: 64 });
    expect(rig.ids).toContain(100n);
  });

  test("nor are the keys of owners", () => {
    const rig = new StoreRig({ maxStoreSize: 10 * KB });
    for (let id = 1; id <= 20; id++) {
      rig.put(plainOf(id, 0, { owner: new Uint8Array(KB), seq: 1, signature: Uint8Array.of(1) }));
    }
    expect(rig.store.stats).toMatchObject({ values: 9, bytes: 9 * (KB + 1) });
  });

  test("a limit that is lowered takes effect with the next put", () => {
    const rig = new StoreRig();
    for (let id = 1; id <= 10; id++) rig.put(plainOf(id, KB));
    rig.store.maxBytes = 3 * KB;
    rig.put(plainOf(11, KB));
    expect(rig.ids).toEqual([9n, 10n, 11n]);
  });
});

describe("our own values", () => {
  test("have a limit of their own", () => {
    const rig = new StoreRig({ maxLocalStoreSize: 10 * KB });
    const results = Array.from({ length: 20 }, (_, i) => rig.putLocal(plainOf(i + 1, KB), true));
    expect(results).toEqual([...Array(10).fill("stored"), ...Array(10).fill("full")]);
    expect(rig.store.stats).toMatchObject({ values: 10, localBytes: 10 * KB });
    expect(rig.putLocal(plainOf(1, KB, { userType: "" }), false)).toBe("stored");
  });

  test("aren't hindered or evicted by what others hold, nor the other way round", () => {
    const rig = new StoreRig({ maxStoreSize: KB, maxLocalStoreSize: 2 * KB });
    for (let id = 1; id <= 3; id++) rig.putLocal(plainOf(id, KB), true);
    for (let id = 11; id <= 15; id++) expect(rig.put(plainOf(id, KB))).toBe("stored");
    expect(rig.ids).toEqual([1n, 2n, 15n]);
    expect(rig.store.stats).toEqual({ keys: 1, values: 3, localValues: 2, bytes: 3 * KB, localBytes: 2 * KB });
  });
});

describe("numbers are bounded", () => {
  test(`${MAX_VALUES_PER_KEY} values under one key`, () => {
    const rig = new StoreRig();
    for (let id = 1; id <= MAX_VALUES_PER_KEY; id++) rig.put(plainOf(id, 1));
    expect(rig.put(plainOf(MAX_VALUES_PER_KEY + 1))).toBe("refused");
    expect(rig.put(plainOf(MAX_VALUES_PER_KEY + 1), 1, InfoHash.get("other"))).toBe("stored");
    rig.store.remove(key, 77n);
    expect(rig.put(plainOf(MAX_VALUES_PER_KEY + 1))).toBe("stored");
    rig.scheduler.advance(LIFE_MS);
    expect(rig.store.stats.values).toBe(0);
  });

  test("keys, for values and for remote listeners, not for our own", () => {
    const rig = new StoreRig({ maxStoreKeys: 2 });
    expect(rig.put(plainOf(1), 1, InfoHash.get("a"))).toBe("stored");
    expect(rig.store.addRemoteListener(InfoHash.get("b"), rig.peer(1), 1, undefined, 1)).toBe(true);
    expect(rig.put(plainOf(1), 1, InfoHash.get("c"))).toBe("refused");
    expect(rig.store.addRemoteListener(InfoHash.get("c"), rig.peer(1), 1, undefined, 1)).toBe(false);
    expect(rig.put(plainOf(2), 1, InfoHash.get("a"))).toBe("stored");
    rig.listenLocally();
    expect(rig.store.stats.keys).toBe(3);
  });

  test("0 or nothing is the default, negative is unlimited", () => {
    const { store } = new StoreRig({ maxStoreSize: 0 });
    expect([store.maxBytes, store.maxLocalBytes]).toEqual([DEFAULT_MAX_STORE_BYTES, Number.POSITIVE_INFINITY]);
    expect(new StoreRig({ maxStoreSize: -1 }).store.maxBytes).toBe(Number.POSITIVE_INFINITY);
    expect([DEFAULT_MAX_STORE_KEYS, DEFAULT_MAX_STORE_VALUES]).toEqual([2 ** 30, 2 ** 20]);
  });
});

describe("whatever happens", () => {
  const number = (min: number, max: number) => fc.integer({ min, max });
  const step = fc.oneof(
    fc.record({
      kind: fc.constant("put"),
      id: number(1, 9),
      size: number(0, 300),
      peer: number(1, 4),
      key: number(0, 2),
    }),
    fc.record({
      kind: fc.constant("local"),
      id: number(1, 9),
      size: number(0, 300),
      peer: number(0, 1),
      key: number(0, 2),
    }),
    fc.record({ kind: fc.constantFrom("remove", "refresh"), id: number(1, 9), key: number(0, 2) }),
    fc.record({ kind: fc.constant("advance"), size: number(0, LIFE_MS) }),
    fc.record({ kind: fc.constant("forget"), key: number(0, 2) }),
  );

  test("the books agree with what is there, and the limits hold", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const rig = new StoreRig({ maxStoreSize: 1000, maxLocalStoreSize: 500, maxStoreValues: 12 });
        const keys = [InfoHash.get("a"), InfoHash.get("b"), InfoHash.get("c")];
        for (const each of steps) {
          const under = ("key" in each && keys[each.key]) || key;
          const id = "id" in each ? each.id : 1;
          const size = "size" in each ? each.size : 0;
          if (each.kind === "put" && "peer" in each) rig.put(plainOf(id, size), each.peer, under);
          if (each.kind === "local" && "peer" in each) rig.putLocal(plainOf(id, size), each.peer === 1, under);
          if (each.kind === "remove") rig.store.remove(under, BigInt(id));
          if (each.kind === "refresh") rig.store.refresh(under, BigInt(id));
          if (each.kind === "advance") rig.scheduler.advance(size);
          if (each.kind === "forget") rig.store.forget(under);

          const held = keys.flatMap((one) => rig.store.held(one));
          const bytes = (isLocal: boolean) =>
            held
              .filter(({ source }) => (source === undefined) === isLocal)
              .reduce((sum, { value }) => sum + value.size, 0);
          expect(rig.store.stats).toEqual({
            keys: keys.filter((one) => rig.store.held(one).length > 0).length,
            values: held.length,
            localValues: held.filter(({ source }) => source === undefined).length,
            bytes: bytes(true) + bytes(false),
            localBytes: bytes(true),
          });
          expect(bytes(false)).toBeLessThanOrEqual(1000);
          expect(bytes(true)).toBeLessThanOrEqual(500);
          expect(held.filter(({ source }) => source !== undefined).length).toBeLessThanOrEqual(12);
          expect(held.every(({ expires }) => expires > rig.scheduler.wallClock())).toBe(true);
          expect(rig.store.log().match(/^IP .*$/gm)?.length ?? 0).toBe(
            new Set(held.filter(({ source }) => source !== undefined).map(({ source }) => String(source))).size,
          );
        }
        rig.scheduler.advance(2 * LIFE_MS);
        expect(rig.store.stats.values).toBe(rig.store.stats.localValues);
      }),
      { numRuns: 80 },
    );
  });
});
