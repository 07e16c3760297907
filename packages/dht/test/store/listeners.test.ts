import { describe, expect, test } from "vitest";
import { SockAddr } from "../../src/address/index.ts";
import { InfoHash } from "../../src/id/index.ts";
import { heldKeys } from "../../src/node/snapshots.ts";
import { Peer } from "../../src/routing/index.ts";
import {
  MAX_LISTENERS_NAMED,
  MAX_NETWORK_LISTENERS_PER_KEY,
  MAX_REMOTE_LISTENERS,
  MAX_REMOTE_LISTENERS_PER_KEY,
  MAX_REMOTE_LISTENERS_PER_NETWORK,
  REMOTE_LISTENER_LIFE_MS,
} from "../../src/store/index.ts";
import { Query } from "../../src/value/index.ts";
import { key, LIFE_MS, plainOf, StoreRig, signedOf } from "./store-rig.ts";

describe("listeners hear", () => {
  test("of a stored value, those on this node first", () => {
    const rig = new StoreRig();
    rig.listen();
    rig.listenLocally();
    rig.put(plainOf(1));
    expect(rig.told).toEqual(["local values 1", "remote values 1"]);
  });

  test("of edits, refreshes, removals and the end", () => {
    const rig = new StoreRig();
    rig.listen();
    rig.listenLocally();
    rig.put(signedOf(1, 1));
    rig.put(signedOf(1, 2));
    rig.put(signedOf(1, 2));
    rig.putLocal(plainOf(2), true);
    rig.store.remove(key, 2n);
    rig.scheduler.advance(LIFE_MS);
    expect(rig.told.filter((each) => each.startsWith("local"))).toEqual([
      "local values 1",
      "local values 1",
      "local values 2",
      "local expired 2",
      "local expired 1",
    ]);
    expect(rig.told.filter((each) => each.startsWith("remote"))).toEqual([
      "remote values 1",
      "remote values 1",
      "remote refreshed 1",
      "remote values 2",
      "remote expired 2",
      "remote expired 1",
    ]);
  });

  test("nothing of a value that was refused", () => {
    const rig = new StoreRig();
    rig.put(plainOf(1, 3));
    rig.listen();
    rig.listenLocally();
    rig.put(plainOf(1, 4));
    rig.put(plainOf(2, 70_000));
    expect(rig.told).toEqual([]);
  });

  test("of our own value put again: only those afar", () => {
    const rig = new StoreRig();
    rig.putLocal(plainOf(1));
    rig.listen();
    rig.listenLocally();
    rig.putLocal(plainOf(1));
    expect(rig.told).toEqual(["remote values 1"]);
  });

  test("of values that match their query; ids are told to all", () => {
    const rig = new StoreRig();
    rig.listen(Query.parse("WHERE id=2"));
    rig.put(plainOf(1));
    rig.put(plainOf(2));
    rig.store.refresh(key, 1n);
    expect(rig.told).toEqual(["remote values 2", "remote refreshed 1"]);
  });

  test("while they cancel each other", () => {
    const rig = new StoreRig();
    const heard: string[] = [];
    const first = rig.store.addLocalListener(key, {
      onValues: () => [heard.push("first"), first.cancel(), second.cancel()],
    });
    const second = rig.store.addLocalListener(key, { onValues: () => heard.push("second") });
    rig.put(plainOf(1));
    rig.put(plainOf(2));
    expect(heard).toEqual(["first", "second"]);
    rig.store.remove(key, 1n);
    rig.store.remove(key, 2n);
    expect(rig.store.stats.keys).toBe(0);
  });
});

describe("a remote listener", () => {
  test("is new once; renewing takes the new query over", () => {
    const rig = new StoreRig();
    const { peer, isNew } = rig.listen(Query.parse("WHERE id=1"));
    expect(isNew).toBe(true);
    expect(rig.store.addRemoteListener(key, peer, 1, Query.parse("WHERE id=2"), 1)).toBe(false);
    expect(rig.store.addRemoteListener(key, peer, 2, undefined, 1)).toBe(true);
    expect(rig.store.remoteListenerCount).toBe(2);
    rig.put(plainOf(1));
    expect(rig.told).toEqual(["remote values 1"]);
  });

  test("lives ten minutes after it was last asked for", () => {
    const rig = new StoreRig();
    const { peer } = rig.listen();
    rig.scheduler.advance(REMOTE_LISTENER_LIFE_MS);
    rig.store.sweep();
    rig.put(plainOf(1));
    expect(rig.told).toEqual(["remote values 1"]);
    rig.store.addRemoteListener(key, peer, 1, undefined, 1);
    rig.scheduler.advance(REMOTE_LISTENER_LIFE_MS + 1);
    rig.told.length = 0;
    rig.put(plainOf(2));
    expect(rig.told).toEqual([]);
    expect([rig.store.remoteListenerCount, peer.isRetained]).toEqual([1, true]);
    rig.store.sweep();
    expect([rig.store.remoteListenerCount, peer.isRetained]).toEqual([0, false]);
  });

  test("keeps its key until it goes", () => {
    const rig = new StoreRig();
    rig.listen();
    expect(rig.store.stats.keys).toBe(1);
    rig.scheduler.advance(REMOTE_LISTENER_LIFE_MS + 1);
    rig.store.sweep();
    expect(rig.store.stats.keys).toBe(0);
  });

  test("hears nothing at an address where it hasn't shown a token", () => {
    const rig = new StoreRig();
    const { peer } = rig.listen();
    peer.moveTo(SockAddr.ipv4(0x0a0000ff, 53));
    rig.put(plainOf(1));
    rig.store.refresh(key, 1n);
    expect(rig.told).toEqual([]);
    rig.store.addRemoteListener(key, peer, 1, undefined, 1);
    rig.store.refresh(key, 1n);
    expect(rig.told).toEqual(["remote refreshed 1"]);
  });
});

describe("who listens under a key", () => {
  const others = (rig: StoreRig) => rig.store.listeners(key).others;

  test("is told by id and address; a node counts once, our own operations each", () => {
    const rig = new StoreRig();
    expect(rig.store.listeners(key)).toEqual({ own: 0, others: 0, named: [] });
    const { peer } = rig.listen();
    rig.store.addRemoteListener(key, peer, 2, undefined, 1);
    rig.listenLocally();
    const own = rig.listenLocally();
    const named = [{ id: peer.id, address: peer.address }];
    expect(rig.store.listeners(key)).toEqual({ own: 2, others: 1, named });
    own.cancel();
    expect(rig.store.listeners(key)).toEqual({ own: 1, others: 1, named });
  });

  test("is told until the subscription is over, be it swept or not", () => {
    const rig = new StoreRig();
    rig.listen();
    rig.scheduler.advance(REMOTE_LISTENER_LIFE_MS);
    expect(others(rig)).toBe(1);
    rig.scheduler.advance(1);
    expect(rig.store.listeners(key)).toEqual({ own: 0, others: 0, named: [] });
    rig.store.sweep();
    expect(others(rig)).toBe(0);
  });

  test("is at the address where it has shown a token", () => {
    const rig = new StoreRig();
    const { peer } = rig.listen();
    const { address } = peer;
    peer.moveTo(SockAddr.ipv4(0x0a0000ff, 53));
    expect(rig.store.listeners(key).named).toEqual([{ id: peer.id, address }]);
  });

  test(`is named up to ${MAX_LISTENERS_NAMED} times, and counted beyond`, () => {
    const rig = new StoreRig();
    const peers = Array.from({ length: MAX_LISTENERS_NAMED + 3 }, (_, number) => rig.listen(undefined, number).peer);
    const { others, named } = rig.store.listeners(key);
    expect(others).toBe(peers.length);
    expect(named.map(({ id }) => id)).toEqual(peers.slice(0, MAX_LISTENERS_NAMED).map(({ id }) => id));
  });

  test("is told of keys without values, too, but after those that have some", () => {
    const rig = new StoreRig();
    rig.listen();
    const held = InfoHash.get("held");
    rig.put(plainOf(1), 1, held);
    const keysOf = (limit: number) => heldKeys(rig.store, limit).map(({ key, values }) => [key, values.length]);
    expect(keysOf(9)).toEqual([
      [held, 1],
      [key, 0],
    ]);
    expect(keysOf(1)).toEqual([[held, 1]]);
    rig.scheduler.advance(REMOTE_LISTENER_LIFE_MS + 1);
    expect(keysOf(9)).toEqual([]);
  });
});

describe("there are at most", () => {
  const networks = MAX_REMOTE_LISTENERS_PER_KEY / MAX_NETWORK_LISTENERS_PER_KEY;

  test(`${MAX_NETWORK_LISTENERS_PER_KEY} remote listeners of one network under one key, ${MAX_REMOTE_LISTENERS_PER_KEY} in all`, () => {
    const rig = new StoreRig();
    for (let network = 0; network < networks; network++) {
      for (let i = 0; i < MAX_NETWORK_LISTENERS_PER_KEY; i++) {
        expect(rig.listen(undefined, network, i).isNew).toBe(true);
      }
      expect(rig.listen(undefined, network, 99_999).isNew).toBe(false);
    }
    const { isNew, peer } = rig.listen(undefined, networks, 99_999);
    expect([isNew, peer.isRetained]).toEqual([false, false]);
    expect(rig.store.addRemoteListener(InfoHash.get("other"), peer, 1, undefined, 1)).toBe(true);
  });

  test(`${MAX_REMOTE_LISTENERS_PER_NETWORK} of one network, whatever ids it invents, and ${MAX_REMOTE_LISTENERS} in all`, () => {
    const rig = new StoreRig();
    const listenAnywhere = (number: number) => {
      const { address } = rig.peer(number);
      const peer = new Peer(InfoHash.random(rig.random), address, false, rig.random);
      return rig.store.addRemoteListener(InfoHash.random(rig.random), peer, 1, undefined, 1);
    };
    for (let number = 0; number < MAX_REMOTE_LISTENERS / MAX_REMOTE_LISTENERS_PER_NETWORK; number++) {
      for (let i = 0; i < MAX_REMOTE_LISTENERS_PER_NETWORK; i++) listenAnywhere(number);
      expect(listenAnywhere(number)).toBe(false);
    }
    expect(rig.store.remoteListenerCount).toBe(MAX_REMOTE_LISTENERS);
    expect(rig.listen().isNew).toBe(false);
    expect(rig.store.stats.keys).toBe(MAX_REMOTE_LISTENERS);
    rig.scheduler.advance(REMOTE_LISTENER_LIFE_MS + 1);
    rig.store.sweep();
    expect([rig.store.remoteListenerCount, rig.store.stats.keys]).toEqual([0, 0]);
    expect(rig.listen().isNew).toBe(true);
  });
});
