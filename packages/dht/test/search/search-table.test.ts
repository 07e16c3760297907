import { describe, expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { MAX_IDLE_SEARCHES, SEARCH_IDLE_MS } from "../../src/search/index.ts";
import { HonestPeers, KEY, SearchLab, value } from "./search-lab.ts";

const key = (n: number) => InfoHash.get(`key ${n}`);

function honestLab(peerCount: number, options = {}): SearchLab {
  const lab = new SearchLab(options);
  lab.behaviour = new HonestPeers().answer;
  lab.addPeers(peerCount);
  return lab;
}

describe("the table of searches", () => {
  test("keeps one search per key and uses it again", () => {
    const lab = honestLab(3);
    lab.get();
    lab.put(value(1));
    lab.listen();
    lab.run(1000);
    lab.get();
    expect(lab.table.size).toBe(1);
  });

  test("at its limit gives the place of an idle search to a new one, the one unused for longest first", () => {
    const lab = honestLab(3, { maxSearches: 2 });
    for (const n of [1, 2]) {
      lab.get(undefined, key(n));
      lab.run(1000);
    }
    const third = lab.get(undefined, key(3));
    lab.run(1000);
    expect(third.done?.ok).toBe(true);
    expect(lab.table.size).toBe(2);
    expect(lab.table.find(key(1))).toBeUndefined();
    expect(lab.table.find(key(2))).toBeDefined();
  });

  test("at its limit never gives up a search that announces or listens: the operation fails at once", () => {
    const lab = honestLab(3, { maxSearches: 2 });
    lab.listen(undefined, { key: key(1) });
    lab.put(value(1), { permanent: true, key: key(2) });
    lab.run(1000);
    expect(lab.get(undefined, key(3)).done).toEqual({ ok: false, peers: [] });
    expect(lab.put(value(1), { key: key(3) }).done?.ok).toBe(false);
    expect(lab.listen(undefined, { key: key(3) }).handle).toBeUndefined();
  });

  test("keeps no more searches that nobody uses than it may", () => {
    const lab = honestLab(1);
    for (let n = 0; n < MAX_IDLE_SEARCHES + 100; n++) {
      lab.get(undefined, InfoHash.get(`${n}`));
      lab.run(1000);
    }
    expect(lab.table.size).toBe(MAX_IDLE_SEARCHES);
    expect(lab.table.find(InfoHash.get("99"))).toBeUndefined();
    expect(lab.table.find(InfoHash.get("100"))).toBeDefined();
    lab.table.shutdown();
    expect(lab.peers.some((peer) => peer.isRetained)).toBe(false);
  });

  test("forgets searches that nobody used for 62 minutes, and lets their peers go", () => {
    const lab = honestLab(3);
    lab.get();
    lab.listen(undefined, { key: key(1) });
    lab.run(SEARCH_IDLE_MS - 1000);
    lab.table.expire();
    expect(lab.table.size).toBe(2);
    lab.run(2000);
    lab.table.expire();
    expect(lab.table.find(KEY)).toBeUndefined();
    expect(lab.table.find(key(1))).toBeDefined();
    lab.table.shutdown();
    expect(lab.peers.some((peer) => peer.isRetained)).toBe(false);
  });

  test("offers a peer to the searches around its id, and stops where it is refused", () => {
    const lab = honestLab(20);
    lab.behaviour = () => undefined;
    const far = lab.peer(19);
    const near = KEY.withBit(159, !KEY.getBit(159));
    lab.listen();
    lab.listen(undefined, { key: near });
    lab.run(0);
    lab.table.onPeer(far);
    for (const search of lab.table) expect([...search.nodes].some(({ peer }) => peer === far)).toBe(false);
    lab.kill(lab.peer(0));
    lab.kill(lab.peer(1));
    lab.meet(15);
    for (const search of lab.table) expect([...search.nodes].some(({ peer }) => peer === lab.peer(15))).toBe(true);
  });
});

describe("when everything begins again", () => {
  function restarted(userWaits: boolean) {
    const lab = honestLab(3);
    for (let n = 0; n < 2000; n++) {
      if (userWaits) lab.put(value(1), { key: key(n) });
      else lab.put(value(1), { key: key(n), permanent: true });
    }
    if (!userWaits) lab.run(1000);
    for (const peer of lab.peers) lab.kill(peer);
    if (!userWaits) lab.run(1000);
    const before = lab.sent.length;
    for (const rank of [0, 1, 2]) lab.meet(rank);
    lab.table.stepAll();
    return { lab, before };
  }

  test("searches for which nobody waits are spread over some seconds", () => {
    const { lab, before } = restarted(false);
    lab.run(0);
    expect(lab.sent.length - before).toBeLessThan(100);
    lab.run(2000);
    expect(lab.sent.length - before).toBeLessThan(0.7 * 2000 * 3 * 3);
    lab.run(10_000);
    expect(lab.sent.length - before).toBeGreaterThanOrEqual(2000);
  });

  test("searches for which somebody waits go on at once", () => {
    const { lab, before } = restarted(true);
    lab.run(0);
    expect(lab.sent.length - before).toBeGreaterThanOrEqual(2000 * 3);
  });
});

describe("shutdown", () => {
  for (const ms of [0, 5, 15, 25, 1000, 20_010]) {
    test(`after ${ms} ms fails what is under way, reports values as expired, and leaves nothing behind`, () => {
      const lab = honestLab(9);
      const get = lab.get();
      const put = lab.put(value(1));
      const kept = lab.put(value(2), { permanent: true });
      const sink = lab.listen();
      lab.run(ms);
      const socket = [...lab.sockets.keys()][0];
      if (socket !== undefined) lab.update(socket, { values: [value(5)] });
      lab.table.shutdown();
      for (const operation of [get, put, kept]) expect(operation.done).toBeDefined();
      expect(sink.log).toEqual(socket === undefined ? [] : ["+5", "-5"]);
      expect(lab.pending).toHaveLength(0);
      expect(lab.sockets.size).toBe(0);
      expect(lab.table.size).toBe(0);
      expect(lab.peers.some((peer) => peer.isRetained)).toBe(false);
      lab.run(lab.latencyMs);
      expect(lab.scheduler.pending).toBe(0);
    });
  }

  test("leaves the table usable", () => {
    const lab = honestLab(3);
    lab.get();
    lab.table.shutdown();
    const get = lab.get();
    lab.run(1000);
    expect(get.done?.ok).toBe(true);
  });
});

describe("a peer that was taken for dead", () => {
  test("and is heard again is asked by every search that missed it, however many others in between don't know it", () => {
    const lab = honestLab(20);
    for (let n = 0; n < 40; n++) lab.put(value(1), { permanent: true, key: key(n) });
    const toFirst = (kind: "get" | "put") => lab.all(kind).filter(({ peer }) => peer === lab.peer(0)).length;
    const honest = lab.behaviour;
    lab.behaviour = (sent) => (sent.peer === lab.peer(0) && sent.kind === "put" ? undefined : honest(sent));
    lab.run(1000);
    lab.kill(lab.peer(0));
    lab.behaviour = honest;
    // Hearsay: it is still dead.
    lab.table.onPeer(lab.peer(0));
    lab.run(1000);
    const [missed, before] = [toFirst("put"), toFirst("get")];
    expect(missed).toBeLessThan(40);
    lab.meet(0);
    lab.run(1000);
    expect(toFirst("get") - before).toBe(missed);
  });
});

describe("operations begun from within a callback", () => {
  test("of a get that failed, of a put that was cancelled, of a listener that lost a value", () => {
    const lab = honestLab(1);
    const outcomes: string[] = [];
    const retry = (name: string) => () => {
      outcomes.push(name);
      if (outcomes.length < 10) lab.table.get(KEY, { query: lab.get().query, onDone: () => outcomes.push("get") });
    };
    lab.table.listen(KEY, lab.get().query, { onValues: (_values, expired) => expired && retry("expired")() });
    lab.table.announce(KEY, { value: value(1), permanent: true, created: 0, onDone: retry("put") });
    lab.run(1000);
    lab.update([...lab.sockets.keys()][0], { values: [value(5)] });
    lab.kill(lab.peer(0));
    lab.run(1000);
    lab.table.cancelAnnounce(KEY, 1n);
    lab.run(10_000);
    expect(outcomes).toContain("expired");
    expect(outcomes.filter((name) => name === "get").length).toBeGreaterThanOrEqual(2);
  });
});
