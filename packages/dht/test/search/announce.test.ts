import { describe, expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { MAX_ASKED_NODES, SEARCH_NODES } from "../../src/search/index.ts";
import { HonestPeers, KEY, SearchLab, value } from "./search-lab.ts";

const SHORT_LIVED = { id: 77, name: "short", expirationMs: 25_000 };

function lab(peerCount: number): { lab: SearchLab; peers: HonestPeers } {
  const lab = new SearchLab();
  const peers = new HonestPeers();
  lab.types.register(SHORT_LIVED);
  lab.behaviour = peers.answer;
  lab.addPeers(peerCount);
  return { lab, peers };
}

describe("a put", () => {
  test("finds the nodes, then puts on the eight closest, with its date and without asking before", () => {
    const { lab: l, peers } = lab(20);
    const put = l.put(value(1), { ageMs: 5500 });
    l.run(1000);
    expect(l.all("get")).toHaveLength(0);
    expect(l.ranks("put").sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(l.all("put")[0]?.created).toBe(Math.floor(put.created / 1000));
    expect(put.done?.ok).toBe(true);
    expect(put.done?.peers).toEqual(l.peers.slice(0, 14));
    expect(put.done?.tally).toEqual({ asked: 8, acknowledged: 8, refused: 0 });
    expect([...peers.stored.values()].filter((values) => values.has(1n))).toHaveLength(8);
    expect(l.table.announces(KEY)).toHaveLength(0);
  });

  test("of this very instant needs no date", () => {
    const { lab: l } = lab(1);
    l.latencyMs = 0;
    l.put(value(1));
    l.run(0);
    expect(l.all("put")[0]?.created).toBeUndefined();
  });

  test("without any node fails at once", () => {
    const { lab: l } = lab(0);
    const put = l.put(value(1));
    l.run(0);
    expect(put.done).toEqual({ ok: false, peers: [], tally: { asked: 0, acknowledged: 0, refused: 0 } });
    expect(l.table.announces(KEY)).toHaveLength(0);
  });

  test("of a value that no node could receive fails at once, and ends what it would have replaced", () => {
    const { lab: l } = lab(8);
    const before = l.put(value(1), { permanent: true });
    const put = l.put(value(1, "x".repeat(70_000)));
    expect(put.done?.ok).toBe(false);
    expect(before.done?.ok).toBe(false);
    expect(l.table.announces(KEY)).toHaveLength(0);
    expect(l.put(value(1, "x".repeat(65_000))).done).toBeUndefined();
  });

  test("begins before all are synced, but leaves the last synced node out", () => {
    const { lab: l } = lab(14);
    l.behaviour = () => undefined;
    l.put(value(1));
    l.run(0);
    for (const [index, sent] of l.pending.entries()) if (index < 3) l.reply(sent);
    l.run(0);
    expect(l.ranks("put")).toEqual([0, 1]);
  });

  test("that is urgent waits for nobody: each close node gets it as soon as it has answered", () => {
    const { lab: l } = lab(3);
    l.behaviour = () => undefined;
    l.put(value(1), { urgent: true });
    l.run(0);
    const [first, , third] = [...l.pending];
    for (const sent of [third, first]) if (sent) l.reply(sent);
    l.run(0);
    expect(l.ranks("put")).toEqual([0, 2]);
  });

  test("that is urgent asks all close nodes at once, so that silent ones hold up nobody", () => {
    const { lab: l } = lab(14);
    l.behaviour = () => undefined;
    l.put(value(1));
    l.run(0);
    expect(l.all("find")).toHaveLength(MAX_ASKED_NODES);
    l.put(value(2), { urgent: true });
    l.run(0);
    expect(l.all("find")).toHaveLength(SEARCH_NODES);
  });

  test("doesn't wait for a node that had to be asked twice", () => {
    const { lab: l, peers } = lab(9);
    l.behaviour = (sent) => (sent.peer === l.peer(0) ? undefined : peers.answer(sent));
    const put = l.put(value(1));
    l.run(2000);
    expect(put.done?.ok).toBe(true);
    expect(put.done?.tally).toEqual({ asked: 8, acknowledged: 8, refused: 0 });
  });

  test("goes first where a fresh token is at hand", () => {
    const { lab: l } = lab(2);
    l.put(value(1));
    l.run(1000);
    const finds = l.all("find").length;
    l.put(value(2));
    l.run(0);
    expect(l.all("find")).toHaveLength(finds);
    expect(l.ranks("put")).toEqual([0, 1, 0, 1]);
  });

  test("of other content under a pending id: the first one fails, the second one wins", () => {
    const { lab: l, peers } = lab(8);
    const first = l.put(value(42, "first"));
    const second = l.put(value(42, "second"));
    l.run(1000);
    expect(first.done?.ok).toBe(false);
    expect(second.done?.ok).toBe(true);
    expect(peers.at(l.peer(0)).get(42n)?.text()).toBe("second");
    expect(l.all("put")).toHaveLength(8);
  });

  test("of the same content twice: both succeed, each node is asked once", () => {
    const { lab: l } = lab(8);
    const puts = [l.put(value(42)), l.put(value(42))];
    l.run(1000);
    for (const put of puts) expect(put.done?.ok).toBe(true);
    expect(l.all("put")).toHaveLength(8);
  });

  test("of several values under one key needs one search", () => {
    const { lab: l } = lab(8);
    const puts = [l.put(value(1)), l.put(value(2)), l.put(value(3))];
    l.run(1000);
    expect(puts.every(({ done }) => done?.ok)).toBe(true);
    expect(l.all("find")).toHaveLength(8);
    expect(l.all("put")).toHaveLength(24);
  });

  test("counts refusals: a node that answers with an error is replaced by the next one", () => {
    const { lab: l, peers } = lab(10);
    l.behaviour = (sent) => (sent.kind === "put" && sent.peer === l.peer(2) ? 203 : peers.answer(sent));
    const put = l.put(value(1));
    l.run(1000);
    expect(put.done?.ok).toBe(true);
    expect(put.done?.tally).toMatchObject({ asked: 9, acknowledged: 8, refused: 1, refusal: { status: 203 } });
    expect(l.ranks("put")).toContain(8);
  });

  test("that everybody refuses fails at once", () => {
    const { lab: l, peers } = lab(3);
    l.behaviour = (sent) => (sent.kind === "put" ? 203 : peers.answer(sent));
    const put = l.put(value(1));
    l.run(100);
    expect(put.done?.ok).toBe(false);
    expect(put.done?.tally).toMatchObject({ asked: 3, acknowledged: 0, refused: 3, refusal: { status: 203 } });
    expect(l.all("put")).toHaveLength(3);
    expect(l.scheduler.pending).toBe(0);
  });

  test("that nobody acknowledges fails when the nodes are taken for dead", () => {
    const { lab: l, peers } = lab(3);
    l.behaviour = (sent) => (sent.kind === "put" ? undefined : peers.answer(sent));
    const put = l.put(value(1));
    l.run(6900);
    expect(put.done).toBeUndefined();
    l.run(4000);
    expect(put.done).toEqual({ ok: false, peers: [], tally: { asked: 3, acknowledged: 0, refused: 0 } });
  });
});

describe("a permanent put", () => {
  test("asks first which version the node holds, then puts without a date", () => {
    const { lab: l } = lab(1);
    const put = l.put(value(1), { permanent: true, ageMs: 60_000 });
    l.run(1000);
    expect(l.sent.map(({ kind }) => kind)).toEqual(["find", "get", "put"]);
    expect(String(l.all("get")[0]?.query)).toBe("Query[SELECT id,seq ]");
    expect(l.all("put")[0]?.created).toBeUndefined();
    expect(put.done?.ok).toBe(true);
    expect(l.table.announces(KEY)).toEqual([put.value]);
  });

  test("asks once per node for all values of the key", () => {
    const { lab: l } = lab(1);
    for (const id of [1, 2, 3]) l.put(value(id), { permanent: true });
    l.run(1000);
    expect(l.sent.map(({ kind }) => kind)).toEqual(["find", "get", "put", "put", "put"]);
  });

  test("is renewed ten seconds before its end (up to 5 % of the time earlier): asks, then refreshes", () => {
    const { lab: l } = lab(1);
    l.put(value(1, "x", { type: 77 }), { permanent: true });
    l.run(1000);
    const puttedAt = l.all("put")[0]?.at ?? 0;
    l.run(60_000);
    const refreshes = l.all("refresh");
    expect(l.all("put")).toHaveLength(1);
    expect(refreshes.length).toBeGreaterThanOrEqual(3);
    let last = puttedAt;
    for (const { at } of refreshes) {
      // 25 s − 10 s, plus one round trip for asking.
      expect(at - last).toBeGreaterThanOrEqual(15_000 * 0.95);
      expect(at - last).toBeLessThanOrEqual(15_000 + 2 * l.latencyMs);
      last = at;
    }
  });

  test("with the usual life is renewed after 9 min 50 s", () => {
    const { lab: l } = lab(1);
    l.put(value(1), { permanent: true });
    l.run(590_000 * 0.95 - 100);
    expect(l.all("refresh")).toHaveLength(0);
    l.run(590_000 * 0.05 + 200);
    expect(l.all("refresh")).toHaveLength(1);
  });

  test("is put again where it is missing, or where only an older version is", () => {
    const { lab: l, peers } = lab(2);
    l.put(value(1, "x", { type: 77, seq: 3 }), { permanent: true });
    l.run(1000);
    peers.at(l.peer(0)).clear();
    peers.at(l.peer(1)).set(1n, value(1, "old", { seq: 2 }));
    l.run(15_000);
    expect(l.all("refresh")).toHaveLength(0);
    expect(l.ranks("put").sort()).toEqual([0, 0, 1, 1]);
  });

  test("is put when the refresh isn't understood (404)", () => {
    const { lab: l, peers } = lab(1);
    l.put(value(1, "x", { type: 77 }), { permanent: true });
    l.run(1000);
    l.behaviour = (sent) => (sent.kind === "refresh" ? 404 : peers.answer(sent));
    l.run(15_000);
    expect(l.sent.map(({ kind }) => kind)).toEqual(["find", "get", "put", "get", "refresh", "put"]);
  });

  test("tells once per round that it was renewed, however many nodes hold it", () => {
    const { lab: l } = lab(8);
    l.put(value(1, "x", { type: 77 }), { permanent: true });
    l.run(1000);
    expect(l.renewed).toHaveLength(0);
    l.run(15_000);
    expect(l.renewed).toEqual([1n]);
    l.run(15_000);
    expect(l.renewed).toEqual([1n, 1n]);
  });

  test("goes to a closer node as soon as one shows up", () => {
    const { lab: l, peers } = lab(9);
    l.peer(0).isExpired = true;
    l.put(value(1), { permanent: true });
    l.run(1000);
    expect(peers.at(l.peer(0)).size).toBe(0);
    l.meet(0);
    l.run(1000);
    expect(peers.at(l.peer(0)).size).toBe(1);
  });

  test("without any node waits for one, and then for its neighbours", () => {
    const { lab: l, peers } = lab(3);
    for (const peer of l.peers) peer.isExpired = true;
    const put = l.put(value(1), { permanent: true });
    l.run(1000);
    expect(put.done?.ok).toBe(false);
    expect(l.table.announces(KEY)).toHaveLength(1);
    expect(l.scheduler.pending).toBe(0);
    l.peer(1).isExpired = false;
    l.meet(2);
    l.run(1000);
    expect(peers.at(l.peer(1)).size).toBe(1);
    expect(peers.at(l.peer(2)).size).toBe(1);
  });

  test("goes to a node that was dead before the put, as soon as it is heard again", () => {
    const { lab: l, peers } = lab(2);
    l.get();
    l.run(1000);
    l.kill(l.peer(0));
    l.put(value(1), { permanent: true });
    l.run(1000);
    expect(peers.at(l.peer(0)).size).toBe(0);
    l.meet(0);
    l.run(1000);
    expect(peers.at(l.peer(0)).size).toBe(1);
  });

  test("of a life too short for the margin is still renewed in reasonable steps", () => {
    const { lab: l } = lab(1);
    l.types.register({ id: 78, name: "flash", expirationMs: 8000 });
    l.put(value(1, "x", { type: 78 }), { permanent: true });
    l.run(20_000);
    expect(l.all("refresh").length).toBeGreaterThanOrEqual(9);
    expect(l.all("refresh").length).toBeLessThanOrEqual(11);
  });

  test("renewals of many drift apart instead of coming in one burst", () => {
    const { lab: l } = lab(14);
    for (let id = 1; id <= 200; id++) l.put(value(id), { permanent: true, key: InfoHash.get(`key ${id}`) });
    l.run(1000);
    const perSecond = new Map<number, number>();
    const before = l.sent.length;
    l.run(605_000);
    for (const { at } of l.sent.slice(before)) {
      const second = Math.floor(at / 1000);
      perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
    }
    expect(l.sent.length - before).toBeGreaterThan(200 * 16);
    expect(Math.max(...perSecond.values())).toBeLessThan((l.sent.length - before) / 10);
  });
});

describe("a cancelled put", () => {
  for (const [phase, ms] of [
    ["before the first request", -1],
    ["while it finds the nodes", 5],
    ["while it asks for versions", 15],
    ["while it puts", 25],
    ["after it was acknowledged", 500],
    ["while it is renewed", 14_998],
  ] as const) {
    test(`${phase} leaves no request and no timer, and fails if it wasn't done`, () => {
      const { lab: l } = lab(3);
      const put = l.put(value(1, "x", { type: 77 }), { permanent: true });
      if (ms >= 0) l.run(ms);
      const wasDone = put.done?.ok;
      expect(l.table.cancelAnnounce(KEY, 1n)).toBe(true);
      expect(put.done?.ok).toBe(wasDone ?? false);
      expect(l.pending).toHaveLength(0);
      const sent = l.sent.length;
      l.run(60_000);
      expect(l.sent).toHaveLength(sent);
      expect(l.scheduler.pending).toBe(0);
      expect(l.table.cancelAnnounce(KEY, 1n)).toBe(false);
    });
  }

  test("that is finished and not permanent isn't there any more", () => {
    const { lab: l } = lab(3);
    l.put(value(1));
    l.run(1000);
    expect(l.table.cancelAnnounce(KEY, 1n)).toBe(false);
  });
});
