import { describe, expect, test } from "vitest";
import { SockAddr } from "../../src/address/index.ts";
import { InfoHash } from "../../src/id/index.ts";
import { SeededRandom } from "../../src/random/index.ts";
import { Peer } from "../../src/routing/index.ts";
import {
  DEFAULT_MAX_QUERIES_PER_SEC,
  DEFAULT_NETWORK_SHARE,
  PACED_BURST,
  PACED_REQUESTS_PER_SEC,
} from "../../src/rpc/index.ts";
import { Pacer } from "../../src/rpc/pacer.ts";
import { VirtualScheduler } from "../../src/scheduler/index.ts";
import { createTestnet } from "../../src/testnet/index.ts";
import { key, Outcome, RpcRig, reply } from "./rpc-rig.ts";

const MANY = 3000;

describe("thousands of requests to one peer", () => {
  test("begin at once as far as a burst goes, then at the pace, in order", () => {
    const rig = new RpcRig();
    const peer = rig.peer();
    const tids = Array.from({ length: MANY }, () => rig.rpc.find(peer, key, undefined, new Outcome()).tid);
    expect(rig.sent).toHaveLength(PACED_BURST);
    rig.scheduler.advance(500);
    expect(rig.sent.length).toBeGreaterThan(PACED_BURST + PACED_REQUESTS_PER_SEC * 0.45);
    expect(rig.sent.length).toBeLessThanOrEqual(PACED_BURST + PACED_REQUESTS_PER_SEC * 0.5);
    expect(rig.messages.map((message) => "tid" in message && message.tid)).toEqual(tids.slice(0, rig.sent.length));
  });

  test("never come to more in a second than a node takes from one address, repetitions included", () => {
    const rig = new RpcRig();
    for (let i = 0; i < MANY; i++) rig.rpc.find(rig.peer(), key, undefined, new Outcome());
    rig.scheduler.advance(20_000); // nobody answers
    const times = rig.sent.map(({ at }) => at);
    const perSecond = times.map((at, index) => times.findLastIndex((later) => later < at + 1000) + 1 - index);
    expect(Math.max(...perSecond)).toBeLessThan(DEFAULT_MAX_QUERIES_PER_SEC * DEFAULT_NETWORK_SHARE);
  });

  test("let a sign of life, a listen and news go first", () => {
    const rig = new RpcRig();
    const peer = rig.peer();
    for (let i = 0; i < MANY; i++) rig.rpc.find(peer, key, undefined, new Outcome());
    rig.rpc.ping(peer, new Outcome());
    rig.rpc.listen(peer, key, Uint8Array.of(1), 7, undefined, new Outcome());
    rig.scheduler.advance(100);
    expect(rig.messages.slice(PACED_BURST, PACED_BURST + 2).map(({ kind }) => kind)).toEqual(["ping", "listen"]);
  });

  test("don't keep another peer waiting", () => {
    const rig = new RpcRig();
    for (let i = 0; i < MANY; i++) rig.rpc.find(rig.peer(), key, undefined, new Outcome());
    const other = rig.peer(InfoHash.get("other"), SockAddr.ipv4(0x0a000003, 4222));
    rig.rpc.find(other, key, undefined, new Outcome());
    expect(rig.sent.at(-1)?.to.equals(other.address)).toBe(true);
  });

  test("that nobody wants any more are never sent", () => {
    const rig = new RpcRig();
    const requests = Array.from({ length: MANY }, () => rig.rpc.find(rig.peer(), key, undefined, new Outcome()));
    for (const request of requests.slice(PACED_BURST, -2)) request.cancel();
    rig.scheduler.advance(999);
    expect(rig.sent).toHaveLength(PACED_BURST + 2);
  });

  test("end with their peer, sent or not, and leave no timer", () => {
    const rig = new RpcRig();
    const timers = rig.scheduler.pending;
    const outcome = new Outcome();
    for (let i = 0; i < MANY; i++) rig.rpc.find(rig.peer(), key, undefined, outcome);
    rig.rpc.expirePeer(rig.peer());
    expect(outcome.calls).toEqual(Array(MANY).fill("over expired"));
    expect([rig.rpc.pendingRequests, rig.scheduler.pending]).toEqual([0, timers]);
    rig.scheduler.advance(10_000);
    expect(rig.sent).toHaveLength(PACED_BURST);
  });

  test("are counted when they are sent", () => {
    const rig = new RpcRig();
    for (let i = 0; i < MANY; i++) rig.rpc.find(rig.peer(), key, undefined, new Outcome());
    expect(rig.rpc.stats.sent.find).toBe(PACED_BURST);
  });

  test("aren't held back by a node that serves without limits itself", () => {
    const rig = new RpcRig({ maxReqPerSec: -1 });
    for (let i = 0; i < MANY; i++) rig.rpc.find(rig.peer(), key, undefined, new Outcome());
    expect(rig.sent).toHaveLength(MANY);
  });
});

test("a peer that answers is asked again without a pause", () => {
  const rig = new RpcRig();
  for (let i = 0; i < MANY; i++) {
    const { tid } = rig.rpc.find(rig.peer(), key, undefined, new Outcome());
    expect(rig.sent).toHaveLength(i + 1);
    rig.receive(reply(tid, { token: Uint8Array.of(1), nodes4: [] }));
    rig.scheduler.advance(1000 / PACED_REQUESTS_PER_SEC);
  }
});

test("peers that have got over it are forgotten", () => {
  const scheduler = new VirtualScheduler();
  const pacer = new Pacer(scheduler, () => {});
  const random = new SeededRandom(1);
  for (let i = 0; i < 10_000; i++) {
    pacer.count(new Peer(InfoHash.random(random), SockAddr.ipv4(i, 1), false, random));
    scheduler.advance(1);
  }
  expect(pacer.size).toBeLessThanOrEqual(4);
});

test("5,000 puts at once from one node to another, both with their usual limits, all succeed", async () => {
  const net = await createTestnet({ nodes: 2, seed: 3, latency: "internet" });
  const puts = await Promise.all(Array.from({ length: 5000 }, (_, i) => net.node(1).put(`key ${i}`, "v")));
  expect(puts.filter(({ ok }) => ok)).toHaveLength(5000);
  expect(net.node(0).dht.traffic.dropped.rateLimited).toBe(0);
  expect(net.node(1).dht.traffic.resent).toBe(0);
});
