import { describe, expect, test } from "vitest";
import { SockAddr } from "../../src/address/index.ts";
import { SeededRandom } from "../../src/random/index.ts";
import { Blacklist } from "../../src/rpc/blacklist.ts";
import {
  MAX_BLACKLISTED,
  MAX_REPORTED_ADDRESSES,
  MAX_UNPROVEN_BYTES_PER_SEC,
  MAX_UNPROVEN_NETWORK_BYTES_PER_SEC,
  ReportedAddresses,
} from "../../src/rpc/index.ts";
import { ReplyBudget } from "../../src/rpc/reply-budget.ts";
import { Value } from "../../src/value/index.ts";
import { envelope, key, Outcome, RpcRig, reply } from "./rpc-rig.ts";

const host = (number: number) => SockAddr.ipv4(number, 4222);

describe("the blacklist", () => {
  test("is by address and port", () => {
    const blacklist = new Blacklist(new SeededRandom(1));
    expect(blacklist.has(host(1))).toBe(false);
    blacklist.add(host(1));
    expect([blacklist.has(host(1)), blacklist.has(host(1).withPort(1)), blacklist.has(host(2))]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test(`holds ${MAX_BLACKLISTED} addresses and forgets the oldest`, () => {
    const blacklist = new Blacklist(new SeededRandom(1));
    for (let i = 0; i <= MAX_BLACKLISTED; i++) blacklist.add(host(i));
    expect(blacklist.size).toBe(MAX_BLACKLISTED);
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

  test(`are ${MAX_REPORTED_ADDRESSES} at most; further ones are ignored`, () => {
    const reported = new ReportedAddresses();
    for (let i = 0; i < 100; i++) reported.add(host(i));
    for (let i = 0; i < 5; i++) reported.add(host(99));
    expect(reported.list).toHaveLength(MAX_REPORTED_ADDRESSES);
    expect(String(reported.list[0])).toBe("0.0.0.0");
  });
});

describe("large values for those who may be someone else", () => {
  test("are limited per network", () => {
    const budget = new ReplyBudget(new SeededRandom(1));
    expect(budget.allows(host(1), MAX_UNPROVEN_NETWORK_BYTES_PER_SEC, 0)).toBe(true);
    expect(budget.allows(host(1).withPort(2), 1, 999)).toBe(false);
    expect(budget.allows(host(2), 1, 999)).toBe(true);
    expect(budget.allows(host(1), 1, 1000)).toBe(true);
  });

  test("are limited in total", () => {
    const budget = new ReplyBudget(new SeededRandom(1));
    const networks = MAX_UNPROVEN_BYTES_PER_SEC / MAX_UNPROVEN_NETWORK_BYTES_PER_SEC;
    for (let i = 0; i < networks; i++) {
      expect(budget.allows(host(i), MAX_UNPROVEN_NETWORK_BYTES_PER_SEC, 0)).toBe(true);
    }
    expect(budget.allows(host(networks), 1, 0)).toBe(false);
  });

  test("are sent without limit to a peer that has answered us from its address", () => {
    const values = [new Value({ id: 1n, data: new Uint8Array(60_000) })];
    const sentTo = (isProven: boolean) => {
      const rig = new RpcRig();
      if (isProven) rig.receive(reply(rig.rpc.ping(rig.peer(), new Outcome()).tid));
      rig.onQuery = (query, peer) => rig.rpc.reply(peer, query.tid, { values });
      for (let i = 0; i < 100; i++) rig.receive({ kind: "get", ...envelope(i), key });
      return { replies: rig.messages.filter((message) => message.kind === "reply").length, ...rig.rpc.stats };
    };
    expect(sentTo(false)).toMatchObject({ replies: 17, withheld: 83 });
    expect(sentTo(true)).toMatchObject({ replies: 100, withheld: 0 });
  });
});
