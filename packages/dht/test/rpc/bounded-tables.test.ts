import { describe, expect, test } from "vitest";
import { SockAddr } from "../../src/address/index.ts";
import { SeededRandom } from "../../src/random/index.ts";
import { Blacklist } from "../../src/rpc/blacklist.ts";
import {
  MAX_BLACKLISTED,
  MAX_PENDING_NETWORK_UPDATE_BYTES,
  MAX_PENDING_NETWORK_UPDATES,
  MAX_PENDING_UPDATE_BYTES,
  MAX_PENDING_UPDATES,
  MAX_REPLY_FIELD_BYTES,
  MAX_REPLY_VALUE_BYTES,
  MAX_REPLY_VALUES,
  MAX_REPORTED_ADDRESSES,
  PROVEN_BYTES_PER_SEC,
  RECENT_REPORTS,
  ReportedAddresses,
  UNPROVEN_BYTES_PER_SEC,
} from "../../src/rpc/index.ts";
import { ReplyBudget } from "../../src/rpc/reply-budget.ts";
import { fitting, valueBytes } from "../../src/rpc/reply-size.ts";
import { UpdateWindow } from "../../src/rpc/update-window.ts";
import { Field, type FieldValues, Value } from "../../src/value/index.ts";
import { envelope, key, RpcRig, reply, theirAddress, theirId } from "./rpc-rig.ts";

const host = (number: number) => SockAddr.ipv4(number, 4222);
const entry = (number: number) => ({ address: host(number), since: number, reason: "has been rude" });

describe("the blacklist", () => {
  test("is by address and port", () => {
    const blacklist = new Blacklist(new SeededRandom(1));
    expect(blacklist.has(host(1))).toBe(false);
    blacklist.add(entry(1));
    expect([blacklist.has(host(1)), blacklist.has(host(1).withPort(1)), blacklist.has(host(2))]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test(`holds ${MAX_BLACKLISTED} addresses and forgets the oldest`, () => {
    const blacklist = new Blacklist(new SeededRandom(1));
    for (let i = 0; i <= MAX_BLACKLISTED; i++) blacklist.add(entry(i));
    expect(blacklist.entries.map(({ since }) => since)).toEqual(
      Array.from({ length: MAX_BLACKLISTED }, (_, i) => i + 1),
    );
    expect([blacklist.has(host(0)), blacklist.has(host(1)), blacklist.has(host(MAX_BLACKLISTED))]).toEqual([
      false,
      true,
      true,
    ]);
  });
});

describe("the addresses that peers report", () => {
  test("come in the order of their number of reports, without port", () => {
    const reported = new ReportedAddresses();
    expect(reported.add(host(1))).toBe(true);
    expect(reported.add(host(2))).toBe(false);
    expect(reported.add(host(2))).toBe(true);
    expect(reported.add(host(2))).toBe(false);
    reported.add(host(3));
    expect(reported.list.map(String)).toEqual(["0.0.0.2", "0.0.0.1", "0.0.0.3"]);
    reported.clear();
    expect(reported.list).toEqual([]);
  });

  test("follow a node that has moved: what recent replies name comes first, and what none names goes", () => {
    const reported = new ReportedAddresses();
    for (let i = 0; i < 10 * RECENT_REPORTS; i++) reported.add(host(1));
    const changes = Array.from({ length: RECENT_REPORTS }, () => reported.add(host(2)));
    expect(changes.indexOf(true)).toBe(RECENT_REPORTS / 2);
    expect(changes.filter((isChange) => isChange)).toHaveLength(1);
    expect(reported.list.map(String)).toEqual(["0.0.0.2"]);
  });

  test(`are ${MAX_REPORTED_ADDRESSES} at most; further ones are ignored`, () => {
    const reported = new ReportedAddresses();
    for (let i = 0; i < 100; i++) reported.add(host(i));
    for (let i = 0; i < 5; i++) reported.add(host(99));
    expect(reported.list).toHaveLength(MAX_REPORTED_ADDRESSES);
    expect(String(reported.list[0])).toBe("0.0.0.0");
  });
});

describe("large values", () => {
  const limits = { perNetwork: 100, total: 250 };

  test("are limited per network and in total, each second anew", () => {
    const budget = new ReplyBudget(limits, new SeededRandom(1));
    expect(budget.allows(host(1), 100, 0)).toBe(true);
    expect(budget.allows(host(1).withPort(2), 1, 999)).toBe(false);
    expect(budget.allows(host(2), 100, 999)).toBe(true);
    expect(budget.allows(host(3), 51, 999)).toBe(false);
    expect(budget.allows(host(3), 50, 999)).toBe(true);
    expect(budget.allows(host(1), 1, 1000)).toBe(true);
  });

  test("go at a low rate to those who may be someone else, at a high one to peers that proved their address", () => {
    const values = [new Value({ id: 1n, data: new Uint8Array(60_000) })];
    const repliesOf = (isProven: boolean, gets: number, maxReqPerSec = 0) => {
      const rig = new RpcRig({ maxReqPerSec });
      rig.rpc.peers4.heard(theirId, theirAddress, false, 0).hasProvenAddress = isProven;
      rig.onQuery = (query, peer) => rig.rpc.reply(peer, query.tid, { values });
      for (let i = 0; i < gets; i++) rig.receive({ kind: "get", ...envelope(i), key });
      expect(rig.rpc.stats.sent.reply + rig.rpc.stats.withheld).toBe(gets);
      return rig.rpc.stats.sent.reply;
    };
    expect(repliesOf(false, 50)).toBe(Math.floor(UNPROVEN_BYTES_PER_SEC.perNetwork / 60_040));
    expect(repliesOf(true, 50)).toBe(50);
    expect(repliesOf(false, 50, -1), "where the user has lifted all limits").toBe(50);
    expect(PROVEN_BYTES_PER_SEC.perNetwork).toBe(512 * UNPROVEN_BYTES_PER_SEC.perNetwork);
  });
});

describe("a reply", () => {
  test(`holds at most ${MAX_REPLY_VALUE_BYTES} bytes of values, other ones each time`, () => {
    const rig = new RpcRig();
    const values = Array.from(
      { length: 100 },
      (_, i) => new Value({ id: BigInt(i + 1), data: new Uint8Array(50_000) }),
    );
    const seen = new Set<bigint>();
    for (let i = 0; i < 200; i++) {
      const some = fitting(values, valueBytes, MAX_REPLY_VALUE_BYTES, new SeededRandom(i));
      expect(some).toHaveLength(20);
      for (const { id } of some) seen.add(id);
    }
    expect(seen.size).toBe(100);
    rig.peer().hasProvenAddress = true;
    rig.rpc.reply(rig.peer(), 1, { values });
    const bytes = rig.sent.reduce((sum, datagram) => sum + datagram.bytes.length, 0);
    expect(bytes).toBeGreaterThan(MAX_REPLY_VALUE_BYTES * 0.9);
    expect(bytes).toBeLessThan(MAX_REPLY_VALUE_BYTES * 1.1);
  });

  test(`holds at most ${MAX_REPLY_VALUES} values, however small they are`, () => {
    const rig = new RpcRig();
    const values = Array.from({ length: 10_000 }, (_, i) => new Value({ id: BigInt(i + 1) }));
    rig.peer().hasProvenAddress = true;
    rig.rpc.reply(rig.peer(), 1, { values });
    expect(rig.sent).toHaveLength(1 + MAX_REPLY_VALUES);
  });

  test("with selected fields fits into one datagram", () => {
    const rig = new RpcRig();
    const owner = theirId;
    const ownerKey = new Uint8Array(550);
    for (const answer of [
      { id: 2n ** 64n - 1n },
      { userType: "ü".repeat(500) },
      { id: 1n, owner, ownerKey },
      { valueType: 9 },
    ]) {
      const fields = Array.from({ length: 20_000 }, () => answer);
      rig.rpc.reply(rig.peer(), 1, { fields, fieldOrder: [...selectedBy(answer)] });
      expect(rig.sent.at(-1)?.bytes.length).toBeGreaterThan(MAX_REPLY_FIELD_BYTES / 4);
      expect(rig.sent.at(-1)?.bytes.length).toBeLessThan(MAX_REPLY_FIELD_BYTES + 1000);
    }
  });

  function selectedBy(answer: FieldValues): Field[] {
    const names = { id: Field.Id, valueType: Field.ValueType, owner: Field.OwnerPk, userType: Field.UserType } as const;
    return Object.entries(names).flatMap(([name, field]) => (name in answer ? [field] : []));
  }
});

describe("updates to listeners", () => {
  const news = { kind: "refreshed", ids: [1n] } as const;

  test(`wait for at most ${MAX_PENDING_NETWORK_UPDATES} acknowledgements of one network`, () => {
    const rig = new RpcRig();
    for (let i = 0; i < MAX_PENDING_NETWORK_UPDATES + 10; i++) rig.rpc.update(rig.peer(), key, 1, 1, news);
    expect([rig.rpc.pendingRequests, rig.rpc.stats.withheld]).toEqual([MAX_PENDING_NETWORK_UPDATES, 10]);
    rig.rpc.update(rig.peer(key, host(77)), key, 1, 1, news);
    expect(rig.rpc.pendingRequests).toBe(MAX_PENDING_NETWORK_UPDATES + 1);
    rig.scheduler.advance(10_000);
    rig.rpc.update(rig.peer(), key, 1, 1, news);
    expect(rig.rpc.pendingRequests).toBe(1);
  });

  test(`and ${MAX_PENDING_UPDATES} in all; each answer makes room`, () => {
    const window = new UpdateWindow(new SeededRandom(1));
    for (let i = 0; i < MAX_PENDING_UPDATES; i++) expect(window.open(host(i), 0)).toBeDefined();
    expect(window.open(host(-1), 0)).toBeUndefined();
    expect(window.pending).toBe(MAX_PENDING_UPDATES);

    const rig = new RpcRig({ maxReqPerSec: -1 }); // nothing waits for its turn
    for (let i = 0; i < MAX_PENDING_NETWORK_UPDATES * 2; i++) {
      rig.rpc.update(rig.peer(), key, 1, 1, news);
      const sent = rig.lastMessage;
      rig.receive(reply(sent?.tid ?? 0));
    }
    expect([rig.rpc.pendingRequests, rig.rpc.stats.withheld]).toEqual([0, 0]);
  });
});

test("what updates keep in memory is bounded, per network and in all", () => {
  const window = new UpdateWindow(new SeededRandom(1));
  const networks = MAX_PENDING_UPDATE_BYTES / MAX_PENDING_NETWORK_UPDATE_BYTES;
  for (let i = 0; i < networks; i++) {
    expect(window.open(host(i), MAX_PENDING_NETWORK_UPDATE_BYTES)).toBeDefined();
    expect(window.open(host(i).withPort(1), 1)).toBeUndefined();
  }
  expect(window.open(host(networks), 1)).toBeUndefined();
});

describe("a query that causes more work than others", () => {
  test("counts more: a put, once per value", () => {
    const rig = new RpcRig({ maxReqPerSec: 80 });
    const values = Array.from({ length: 8 }, (_, i) => new Value({ id: BigInt(i + 1) }));
    const put = { kind: "put", key, token: new Uint8Array(32), values, announced: [] } as const;
    rig.receive({ ...put, ...envelope(1) });
    for (let i = 0; i < 5; i++) rig.receive({ kind: "ping", ...envelope(i) });
    expect(rig.queries.map((query) => query.kind)).toEqual(["put", "ping", "ping"]);
    rig.scheduler.advance(1000);
    rig.receive({ ...put, ...envelope(1), values: [...values, ...values] });
    rig.receive({ kind: "ping", ...envelope(2) });
    expect(rig.queries.map((query) => query.kind)).toEqual(["put", "ping", "ping", "put"]);
    rig.scheduler.advance(1000);
    rig.rpc.charge(theirAddress, 9);
    rig.receive({ kind: "ping", ...envelope(3) });
    rig.receive({ kind: "ping", ...envelope(4) });
    expect(rig.queries).toHaveLength(5);
  });
});
