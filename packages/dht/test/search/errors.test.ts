import { describe, expect, test } from "vitest";
import { MAX_TOKEN_BYTES, REFUSAL_PAUSE_MS } from "../../src/search/index.ts";
import { HonestPeers, KEY, SearchLab, value } from "./search-lab.ts";

function lab(peerCount: number): { lab: SearchLab; peers: HonestPeers } {
  const lab = new SearchLab();
  const peers = new HonestPeers();
  lab.behaviour = peers.answer;
  lab.addPeers(peerCount);
  return { lab, peers };
}

describe("a refused token (401)", () => {
  test("is replaced by a new one, and the put repeated", () => {
    const { lab: l, peers } = lab(1);
    let refusals = 2;
    l.behaviour = (sent) => (sent.kind === "put" && refusals-- > 0 ? 401 : peers.answer(sent));
    const put = l.put(value(1));
    l.run(1000);
    expect(l.sent.map(({ kind }) => kind)).toEqual(["find", "put", "find", "put", "find", "put"]);
    expect(put.done?.ok).toBe(true);
    expect(put.done?.tally).toEqual({ asked: 1, acknowledged: 1, refused: 0 });
  });

  test("four times in a row is the end of that node: four puts, each after a find, then failure", () => {
    const { lab: l, peers } = lab(1);
    l.behaviour = (sent) => (sent.kind === "put" ? 401 : peers.answer(sent));
    const put = l.put(value(1));
    l.run(1000);
    expect(l.sent.map(({ kind }) => kind)).toEqual(["find", "put", "find", "put", "find", "put", "find", "put"]);
    expect(put.done?.ok).toBe(false);
    expect(put.done?.tally).toMatchObject({ asked: 1, acknowledged: 0, refused: 1, refusal: { status: 401 } });
  });

  test("doesn't lead to a loop although the node shows signs of life all the time", () => {
    const { lab: l, peers } = lab(1);
    l.behaviour = (sent) => (sent.kind === "put" ? 401 : peers.answer(sent));
    l.put(value(1), { permanent: true });
    for (let second = 0; second < 300; second++) {
      l.meet(0);
      l.run(1000);
    }
    expect(l.all("put").length).toBeLessThanOrEqual(4);
    expect(l.sent.length).toBeLessThanOrEqual(12);
  });

  test("to a listen: the subscription begins anew with another token, and no value is reported as expired", () => {
    const { lab: l, peers } = lab(1);
    const sink = l.listen();
    l.run(100);
    const first = l.all("listen")[0];
    l.update(first?.socketId, { values: [value(7)] });
    let refusals = 1;
    l.behaviour = (sent) => (sent.kind === "listen" && refusals-- > 0 ? 401 : peers.answer(sent));
    l.run(21_000);
    expect(l.sent.map(({ kind }) => kind)).toEqual(["find", "listen", "listen", "find", "listen"]);
    expect(sink.log).toEqual(["+7"]);
    l.update(l.all("listen").at(-1)?.socketId, { values: [value(7), value(8)] });
    expect(sink.log).toEqual(["+7", "+8"]);
  });

  test("to a refresh counts like the others", () => {
    const { lab: l, peers } = lab(1);
    l.types.register({ id: 77, name: "short", expirationMs: 25_000 });
    l.put(value(1, "x", { type: 77 }), { permanent: true });
    l.run(1000);
    let refusals = 1;
    l.behaviour = (sent) => (sent.kind === "refresh" && refusals-- > 0 ? 401 : peers.answer(sent));
    l.run(15_000);
    expect(l.sent.map(({ kind }) => kind)).toEqual(["find", "get", "put", "get", "refresh", "find", "get", "refresh"]);
  });

  test("of one search makes the others of that node ask for a new one too", () => {
    const { lab: l } = lab(1);
    const other = KEY.withBit(159, !KEY.getBit(159));
    const listen = l.listen(undefined, { key: other });
    l.listen();
    l.run(100);
    l.table.onTokenRejected(l.peer(0));
    l.run(100);
    expect(l.all("find")).toHaveLength(4);
    expect(l.all("listen")).toHaveLength(4);
    expect(listen.log).toEqual([]);
  });
});

describe("any other error", () => {
  for (const kind of ["find", "get"] as const) {
    test(`to a ${kind} ends the request at once, and the node is left out`, () => {
      const { lab: l, peers } = lab(2);
      l.behaviour = (sent) => (sent.kind === kind && sent.peer === l.peer(0) ? 203 : peers.answer(sent));
      const operation = kind === "get" ? l.get() : l.put(value(1));
      l.run(500);
      expect(operation.done?.ok).toBe(true);
      expect(l.ranks(kind)).toEqual([0, 1]);
      expect(l.resent).toHaveLength(0);
    });
  }

  test("of the only node fails the operation at once", () => {
    const { lab: l } = lab(1);
    l.behaviour = () => 203;
    const get = l.get();
    l.run(100);
    expect(get.done?.ok).toBe(false);
    expect(l.sent).toHaveLength(1);
  });

  test("doesn't lead to a loop: a node that refuses is asked again after a pause, not at each sign of life", () => {
    const { lab: l } = lab(1);
    l.behaviour = () => 203;
    l.put(value(1), { permanent: true });
    for (let ms = 0; ms < REFUSAL_PAUSE_MS - 1000; ms += 1000) {
      l.meet(0);
      l.run(1000);
    }
    expect(l.sent).toHaveLength(1);
    l.run(10_000);
    expect(l.sent).toHaveLength(2);
  });

  test("is forgiven when the user begins something new", () => {
    const { lab: l, peers } = lab(1);
    l.behaviour = () => 203;
    l.get();
    l.run(100);
    l.behaviour = peers.answer;
    const get = l.get();
    l.run(100);
    expect(get.done?.ok).toBe(true);
  });
});

test("a token of absurd length is no token: the node is left out instead of blocking the search", () => {
  const { lab: l, peers } = lab(2);
  const token = new Uint8Array(MAX_TOKEN_BYTES + 1);
  l.behaviour = (sent) => (sent.peer === l.peer(0) ? { token } : peers.answer(sent));
  const get = l.get();
  l.run(1000);
  expect(get.done?.ok).toBe(true);
  expect(l.ranks("get")).toEqual([0, 1]);
});

test("a discarded reply counts as a refusal", () => {
  const { lab: l } = lab(1);
  l.behaviour = () => undefined;
  const get = l.get();
  l.run(0);
  l.pending[0]?.request.refuse();
  l.run(0);
  expect(get.done?.ok).toBe(false);
});
