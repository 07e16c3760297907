import { describe, expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { Where } from "../../src/value/index.ts";
import { key, LIFE_MS, plainOf, StoreRig, signedOf } from "./store-rig.ts";

describe("a received value", () => {
  test("is stored and found by key, id and query", () => {
    const rig = new StoreRig();
    expect(rig.put(plainOf(1))).toBe("stored");
    expect(rig.put(plainOf(2, 10, { userType: "text/plain" }))).toBe("stored");
    expect(rig.ids).toEqual([1n, 2n]);
    expect(rig.store.get(key, Where.all.userType("text/plain")).map((value) => value.id)).toEqual([2n]);
    expect(rig.store.getById(key, 2n)?.userType).toBe("text/plain");
    expect(rig.store.getById(key, 3n)).toBeUndefined();
    expect(rig.store.get(InfoHash.get("other"))).toEqual([]);
  });

  test("with the same id and content is a refresh", () => {
    const rig = new StoreRig();
    rig.put(plainOf(1));
    rig.scheduler.advance(LIFE_MS - 1);
    expect(rig.put(plainOf(1), 2)).toBe("refreshed");
    rig.scheduler.advance(LIFE_MS - 1);
    expect(rig.ids).toEqual([1n]);
    rig.scheduler.advance(1);
    expect(rig.ids).toEqual([]);
  });

  test("without signature doesn't replace another", () => {
    const rig = new StoreRig();
    rig.put(plainOf(1, 10));
    expect(rig.put(plainOf(1, 11))).toBe("refused");
    expect(rig.store.get(key)[0]?.data).toHaveLength(10);
  });

  test("with a signature is replaced by the same owner's next version only", () => {
    const rig = new StoreRig();
    expect(rig.put(signedOf(1, 5))).toBe("stored");
    expect(rig.put(signedOf(1, 4))).toBe("refused");
    expect(rig.put(signedOf(1, 5, 1, 9))).toBe("refused");
    expect(rig.put(signedOf(1, 6, 2))).toBe("refused");
    expect(rig.put(signedOf(1, 6))).toBe("edited");
    expect(rig.store.getById(key, 1n)?.seq).toBe(6);
  });

  test("never loses its signature to an unsigned or encrypted one, whatever the type", () => {
    for (const type of [0, 99]) {
      const rig = new StoreRig();
      rig.put(plainOf(1, 4, { type, seq: 1, owner: Uint8Array.of(1), signature: Uint8Array.of(1) }));
      expect(rig.put(plainOf(1, 4, { type }))).toBe("refused");
      expect(rig.put(plainOf(1, 0, { cypher: Uint8Array.of(1) }))).toBe("refused");
      expect(rig.putLocal(plainOf(1, 4, { type }))).toBe("refused");
      expect(rig.store.getById(key, 1n)?.isSigned()).toBe(true);
    }
  });

  test("that is too large for its type's policy is refused", () => {
    const rig = new StoreRig();
    expect(rig.put(plainOf(1, 65_536))).toBe("stored");
    expect(rig.put(plainOf(2, 65_537))).toBe("refused");
  });

  test("may be changed by its type's policy, but not its id", () => {
    const rig = new StoreRig();
    rig.types.registerInsecure({
      id: 200,
      name: "t",
      expirationMs: 1000,
      storePolicy: ({ value }) => value.withData(Uint8Array.of(7)),
    });
    rig.types.registerInsecure({
      id: 201,
      name: "u",
      expirationMs: 1000,
      storePolicy: ({ value }) => value.withId(1n),
    });
    expect(rig.put(plainOf(1, 4, { type: 200 }))).toBe("stored");
    expect(rig.store.getById(key, 1n)?.data).toEqual(Uint8Array.of(7));
    expect(rig.put(plainOf(2, 4, { type: 201 }))).toBe("refused");
  });

  test("lives from its creation on, and isn't born dead", () => {
    const rig = new StoreRig();
    const peer = rig.peer(1);
    const at = (age: number) => rig.scheduler.wallClock() - age;
    expect(rig.store.putRemote(key, plainOf(1), at(LIFE_MS), peer, peer.address)).toBe("refused");
    expect(rig.store.putRemote(key, plainOf(1), at(LIFE_MS - 1000), peer, peer.address)).toBe("stored");
    expect(rig.store.putRemote(key, plainOf(2), at(-LIFE_MS), peer, peer.address)).toBe("stored");
    rig.scheduler.advance(1000);
    expect(rig.ids).toEqual([2n]);
    rig.scheduler.advance(LIFE_MS - 1000);
    expect(rig.ids).toEqual([]);
    expect(rig.store.stats).toEqual({ keys: 0, values: 0, localValues: 0, bytes: 0, localBytes: 0 });
  });
});

describe("a value of our own", () => {
  test("lives as long as its type allows, a permanent one until it is removed", () => {
    const rig = new StoreRig();
    rig.putLocal(plainOf(1));
    rig.putLocal(plainOf(2), true);
    rig.scheduler.advance(100 * LIFE_MS);
    expect(rig.ids).toEqual([2n]);
    expect([rig.store.remove(key, 2n), rig.store.remove(key, 2n)]).toEqual([true, false]);
    expect(rig.store.stats).toMatchObject({ keys: 0, values: 0, bytes: 0 });
  });

  test("takes the place of a received one, and no longer counts as received", () => {
    const rig = new StoreRig();
    rig.put(plainOf(1, 10));
    expect(rig.store.stats).toMatchObject({ values: 1, localValues: 0, bytes: 10, localBytes: 0 });
    rig.putLocal(plainOf(1, 20), true);
    expect(rig.store.stats).toMatchObject({ values: 1, localValues: 1, bytes: 20, localBytes: 20 });
    expect(rig.store.log()).not.toContain("IP ");
  });

  test("stays permanent when somebody else puts the same", () => {
    const rig = new StoreRig();
    rig.putLocal(plainOf(1), true);
    expect(rig.put(plainOf(1))).toBe("refreshed");
    rig.scheduler.advance(2 * LIFE_MS);
    expect(rig.ids).toEqual([1n]);
  });
});

describe("refreshing", () => {
  test("gives another lifetime, and tells remote listeners", () => {
    const rig = new StoreRig();
    rig.put(plainOf(1));
    rig.listen();
    rig.scheduler.advance(LIFE_MS - 1);
    expect(rig.store.refresh(key, 1n)).toBe(true);
    expect(rig.told).toEqual(["remote refreshed 1"]);
    rig.scheduler.advance(LIFE_MS - 1);
    expect(rig.ids).toEqual([1n]);
  });

  test("fails where nothing is stored; an unknown value under a known key counts as done", () => {
    const rig = new StoreRig();
    expect(rig.store.refresh(key, 1n)).toBe(false);
    rig.put(plainOf(1));
    rig.listen();
    expect(rig.store.refresh(key, 2n)).toBe(true);
    expect(rig.told).toEqual([]);
  });
});

describe("expiry", () => {
  test("needs one timer for all values", () => {
    const rig = new StoreRig();
    for (let i = 1; i <= 100; i++) {
      rig.put(plainOf(i));
      rig.scheduler.advance(10);
    }
    expect(rig.scheduler.pending).toBe(1);
    rig.scheduler.advance(LIFE_MS - 510);
    expect(rig.store.stats.values).toBe(50);
    rig.scheduler.advance(LIFE_MS);
    expect(rig.scheduler.pending).toBe(0);
  });

  test("of several values at once is told in one message", () => {
    const rig = new StoreRig();
    rig.listen();
    rig.listenLocally();
    for (const id of [1, 2, 3]) rig.put(plainOf(id));
    rig.told.length = 0;
    rig.scheduler.advance(LIFE_MS);
    expect(rig.told).toEqual(["remote expired 1,2,3", "local expired 1,2,3"]);
  });

  test("a value that lives shorter than those before it is in time", () => {
    const rig = new StoreRig();
    rig.types.register({ id: 7, name: "short", expirationMs: 1000 });
    rig.put(plainOf(1));
    rig.put(plainOf(2, 4, { type: 7 }));
    rig.scheduler.advance(1000);
    expect(rig.ids).toEqual([1n]);
  });

  test("stops when the store is closed", () => {
    const rig = new StoreRig();
    rig.put(plainOf(1));
    rig.store.close();
    expect(rig.scheduler.pending).toBe(0);
  });
});

describe("saving and restoring", () => {
  test("keeps values, times and sources, but nothing stays permanent", () => {
    const [before, after] = [new StoreRig(), new StoreRig()];
    before.put(plainOf(1, 100), 5);
    before.putLocal(plainOf(2), true);
    before.scheduler.advance(1000);
    after.scheduler.advance(60_000);
    expect([...before.store.keys()]).toEqual([key]);
    for (const held of before.store.held(key)) expect(after.store.restore(key, held)).toBe(true);
    expect(after.store.stats).toMatchObject({ values: 2, localValues: 1, bytes: 110 });
    expect(after.store.log()).toContain("IP 10.0.0.5 uses 100 bytes");
    expect(after.store.held(key)[0]).toEqual(before.store.held(key)[0]);
    after.scheduler.advance(LIFE_MS - 60_000);
    expect(after.ids).toEqual([]);
  });

  test("takes neither what has expired nor what is there, and no life beyond what the type allows", () => {
    const rig = new StoreRig();
    const now = rig.scheduler.wallClock();
    expect(rig.store.restore(key, { value: plainOf(1), created: now, expires: now - 1 })).toBe(false);
    expect(rig.store.restore(key, { value: plainOf(1), created: now - LIFE_MS, expires: now + 99 })).toBe(false);
    expect(rig.store.restore(key, { value: plainOf(1), created: now + 5, expires: now + 99 * LIFE_MS })).toBe(true);
    expect(rig.store.restore(key, { value: plainOf(1, 3), created: now, expires: now + 99 })).toBe(false);
    rig.scheduler.advance(LIFE_MS);
    expect(rig.ids).toEqual([]);
  });

  test("forgetting a key tells nobody", () => {
    const rig = new StoreRig();
    rig.put(plainOf(1));
    rig.put(plainOf(2));
    const listener = rig.listenLocally();
    rig.store.forget(key);
    expect([rig.told, rig.ids, rig.store.stats.keys]).toEqual([[], [], 1]);
    expect([...rig.store.keys()]).toEqual([]);
    listener.cancel();
    expect(rig.store.stats.keys).toBe(0);
  });
});

describe("in words", () => {
  test("all keys and sources", () => {
    const rig = new StoreRig();
    rig.put(plainOf(1, 100), 1);
    rig.put(plainOf(2, 300), 2);
    rig.listen();
    const text = rig.store.log();
    expect(text).toBe(
      `Storage ${key} 1 list., 2 values, 400 bytes\n\n\nIP 10.0.0.2 uses 300 bytes\nIP 10.0.0.1 uses 100 bytes\nTotal 1 storages, 2 values (400 bytes)\n`,
    );
    rig.putLocal(plainOf(3, 2048), true);
    expect(rig.store.log()).toContain("Total 1 storages, 3 values (0 KB / 65536 KB remote, 2 KB / unlimited local)");
  });

  test("one key", () => {
    const rig = new StoreRig();
    rig.put(plainOf(255, 100));
    rig.listenLocally();
    rig.listen();
    rig.scheduler.advance(90_000);
    const lines = rig.store.log(key).split("\n");
    expect(lines[1]).toBe("   Value ff size: 100 bytes created: 1.5 min ago expires: in 8.5 min");
    expect(lines[2]).toBe("   1 local listeners");
    expect(lines[3]).toMatch(/^ {3}Listener [0-9a-f]{40} 10\.0\.0\.9:4222 : 1 entries$/);
    expect(rig.store.log(InfoHash.get("x"))).toBe(`Storage ${InfoHash.get("x")} empty\n`);
  });
});
