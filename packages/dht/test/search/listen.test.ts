import { describe, expect, test } from "vitest";
import { LISTEN_LINGER_MS, type SearchTableOptions } from "../../src/search/index.ts";
import { Query } from "../../src/value/index.ts";
import { HonestPeers, KEY, SearchLab, type Sent, TOKEN, value } from "./search-lab.ts";

function listening(peerCount: number, options: Partial<SearchTableOptions> = {}) {
  const lab = new SearchLab(options);
  lab.behaviour = new HonestPeers().answer;
  lab.addPeers(peerCount);
  const sink = lab.listen();
  lab.run(1000);
  /** The latest subscription at a peer. */
  const at = (rank: number): Sent => {
    const sent = lab.all("listen").findLast(({ peer }) => peer === lab.peer(rank));
    if (sent === undefined) throw new Error(`no listen went to peer ${rank}`);
    return sent;
  };
  const tell = (rank: number, ...ids: number[]) =>
    lab.update(at(rank).socketId, { values: ids.map((id) => value(id)) });
  return { lab, sink, at, tell };
}

describe("a listen", () => {
  test("finds the nodes, then subscribes at the four closest, with the socket open before", () => {
    const { lab, at } = listening(20);
    expect(lab.all("get")).toHaveLength(0);
    expect(lab.ranks("listen").sort()).toEqual([0, 1, 2, 3]);
    expect(at(0).token).toEqual(TOKEN);
    expect(lab.peer(0).getSocket(at(0).socketId ?? 0)).toBeDefined();
  });

  test("that is urgent subscribes wherever values are announced, as soon as each node answers", () => {
    const lab = new SearchLab();
    lab.behaviour = new HonestPeers().answer;
    lab.addPeers(20);
    lab.listen(Query.all, { urgent: true });
    lab.run(1000);
    expect(lab.ranks("listen").sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test("is renewed 20 s after each reply (up to 5 % earlier), with the same socket", () => {
    const { lab, at } = listening(4);
    const socketId = at(0).socketId;
    lab.run(65_000);
    const times = lab.all("listen").filter(({ peer }) => peer === lab.peer(0));
    expect(times.length).toBe(4);
    for (const [index, { at, socketId: id }] of times.entries()) {
      expect(id).toBe(socketId);
      const repliedAt = (times[index - 1]?.at ?? 0) + lab.latencyMs;
      if (index > 0) expect(at - repliedAt).toBeGreaterThanOrEqual(19_000);
      if (index > 0) expect(at - repliedAt).toBeLessThanOrEqual(20_000);
    }
  });

  test("of a node with a stable connection is renewed after 4 min 50 s", () => {
    const { lab } = listening(1, { publicStable: true });
    lab.run(290_000 * 0.95 - 1100);
    expect(lab.all("listen")).toHaveLength(1);
    lab.run(290_000 * 0.05 + 1000);
    expect(lab.all("listen")).toHaveLength(2);
  });

  test("goes to the next closest where a node has to be asked a second time", () => {
    const { lab } = listening(8);
    lab.behaviour = (sent) => (sent.kind === "listen" ? undefined : new HonestPeers().answer(sent));
    lab.table.connectivityChanged();
    lab.run(2500);
    expect(new Set(lab.ranks("listen"))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7]));
  });

  test("is renewed at once, with the same socket, where this machine may have another address", () => {
    const { lab, at } = listening(4);
    const { socketId } = at(0);
    lab.table.connectivityChanged();
    lab.run(1000);
    expect(lab.ranks("listen").sort()).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect(at(0).socketId).toBe(socketId);
  });

  test("hears each value once, however many nodes tell it, and its end once, when nobody has it any more", () => {
    const { lab, sink, at, tell } = listening(4);
    tell(0, 7);
    tell(1, 7);
    tell(1, 7, 8);
    expect(sink.log).toEqual(["+7", "+8"]);
    lab.update(at(0).socketId, { expired: [7n] });
    expect(sink.log).toEqual(["+7", "+8"]);
    lab.update(at(1).socketId, { expired: [7n] });
    expect(sink.log).toEqual(["+7", "+8", "-7"]);
  });

  test("hears of an edit with a greater sequence number, once", () => {
    const { lab, sink, at } = listening(4);
    for (const rank of [0, 1]) lab.update(at(rank).socketId, { values: [value(7, "first", { seq: 1 })] });
    for (const rank of [0, 1]) lab.update(at(rank).socketId, { values: [value(7, "second", { seq: 2 })] });
    lab.update(at(0).socketId, { values: [value(7, "stale", { seq: 1 })] });
    expect(sink.values.map((heard) => heard.text())).toEqual(["first", "second"]);
    for (const rank of [0, 1]) lab.update(at(rank).socketId, { expired: [7n] });
    expect(sink.log).toEqual(["+7", "+7", "-7"]);
  });

  test("takes silence for the end after the life of the value's type, unless it is refreshed", () => {
    const { lab, sink, at, tell } = listening(1);
    tell(0, 7, 8);
    lab.run(300_000);
    lab.update(at(0).socketId, { refreshed: [8n] });
    lab.run(299_000);
    expect(sink.log).toEqual(["+7", "+8"]);
    lab.run(2000);
    expect(sink.log).toEqual(["+7", "+8", "-7"]);
    lab.run(300_000);
    expect(sink.log).toEqual(["+7", "+8", "-7", "-8"]);
  });

  test("moves to the next nodes when a node dies; what only that one had is gone", () => {
    const { lab, sink, tell } = listening(8);
    tell(0, 7);
    tell(1, 7, 8);
    lab.kill(lab.peer(1));
    expect(sink.log).toEqual(["+7", "+8", "-8"]);
    lab.run(1000);
    expect(lab.ranks("listen").sort()).toEqual([0, 1, 2, 3, 4]);
  });

  test("fails over within one renewal and one expiry when nodes vanish", () => {
    const { lab, sink, tell } = listening(8);
    const peers = new HonestPeers();
    tell(0, 7);
    tell(2, 7);
    lab.behaviour = (sent) => (lab.rankOf(sent.peer) < 2 ? undefined : peers.answer(sent));
    lab.run(32_000);
    expect(new Set(lab.ranks("listen"))).toEqual(new Set([0, 1, 2, 3, 4, 5]));
    expect(sink.log).toEqual(["+7"]);
  });

  test("loses its values when all nodes are gone, and finds them again when somebody comes back", () => {
    const { lab, sink, at, tell } = listening(1);
    tell(0, 7);
    lab.kill(lab.peer(0));
    lab.run(1000);
    expect(sink.log).toEqual(["+7", "-7"]);
    expect(lab.table.find(KEY)?.isExpired).toBe(true);
    const before = lab.all("listen").length;
    lab.meet(0);
    lab.run(1000);
    expect(lab.all("listen")).toHaveLength(before + 1);
    lab.update(at(0).socketId, { values: [value(7)] });
    expect(sink.log).toEqual(["+7", "-7", "+7"]);
  });

  test("begins before all are synced", () => {
    const lab = new SearchLab();
    lab.addPeers(14);
    lab.listen();
    lab.run(0);
    for (const sent of lab.pending.slice(0, 3)) lab.reply(sent);
    lab.run(0);
    expect(lab.ranks("listen")).toEqual([0, 1]);
  });

  test("is refused by a node: the next one stands in for it, and it isn't asked again for long", () => {
    const lab = new SearchLab();
    const peers = new HonestPeers();
    lab.behaviour = (sent) => (sent.kind === "listen" && sent.peer === lab.peer(0) ? 203 : peers.answer(sent));
    lab.addPeers(8);
    lab.listen();
    lab.run(60_000);
    expect(lab.ranks("listen").filter((rank) => rank === 0)).toHaveLength(1);
    expect(lab.ranks("listen")).toContain(4);
  });
});

describe("listens on one key", () => {
  test("share one operation where the queries allow it; the later one hears at once what is known", () => {
    const { lab, tell } = listening(4);
    tell(0, 7, 8);
    const other = lab.listen();
    const narrow = lab.listen(Query.parse("WHERE id=8"));
    lab.run(1000);
    expect(lab.all("listen")).toHaveLength(4);
    expect(other.log).toEqual(["+7", "+8"]);
    tell(0, 9);
    expect(other.log).toEqual(["+7", "+8", "+9"]);
    expect(narrow.log).toEqual(other.log); // who asked for less chooses
  });

  test("of which the later one is wider need another operation", () => {
    const lab = new SearchLab();
    lab.behaviour = new HonestPeers().answer;
    lab.addPeers(1);
    lab.listen(Query.parse("WHERE id=8"));
    lab.listen();
    lab.run(1000);
    expect(lab.all("listen").map(({ query }) => query?.toString())).toEqual([
      Query.parse("WHERE id=8").toString(),
      undefined,
    ]);
  });

  test("answer a get from what they have heard, without traffic", () => {
    const { lab, tell } = listening(4);
    tell(0, 7);
    tell(1, 8);
    const sent = lab.sent.length;
    const get = lab.get(Query.parse("WHERE id=7"));
    expect(get.done).toEqual({ ok: true, peers: [] });
    expect(get.values.map(({ id }) => id)).toEqual([7n]);
    lab.run(100);
    expect(lab.sent).toHaveLength(sent);
  });

  test("that aren't acknowledged yet give what they have, and the get goes on", () => {
    const lab = new SearchLab();
    const peers = new HonestPeers();
    lab.behaviour = (sent) => (sent.kind === "listen" ? undefined : peers.answer(sent));
    lab.addPeers(1);
    lab.listen();
    lab.run(100);
    const get = lab.get();
    expect(get.done).toBeUndefined();
    lab.run(100);
    expect(get.done?.ok).toBe(true);
    expect(lab.all("get")).toHaveLength(1);
  });
});

describe("a cancelled listen", () => {
  test("hears nothing any more; the operation stays for a minute, then closes its sockets without a message", () => {
    const { lab, sink, at, tell } = listening(4);
    tell(0, 7);
    if (sink.handle === undefined) throw new Error("no handle");
    expect(lab.table.cancelListen(sink.handle)).toBe(true);
    expect(lab.table.cancelListen(sink.handle)).toBe(false);
    tell(0, 8);
    expect(sink.log).toEqual(["+7"]);
    lab.run(LISTEN_LINGER_MS - 1000);
    expect(lab.peer(0).getSocket(at(0).socketId ?? 0)).toBeDefined();
    lab.run(1000);
    expect(lab.sockets.size).toBe(0);
    expect(lab.table.find(KEY)?.isDone).toBe(true);
    const sent = lab.sent.length;
    lab.run(60_000);
    expect(lab.sent).toHaveLength(sent);
    expect(lab.scheduler.pending).toBe(0);
  });

  test("is taken over by who comes within the minute", () => {
    const { lab, sink, tell } = listening(4);
    tell(0, 7);
    if (sink.handle !== undefined) lab.table.cancelListen(sink.handle);
    lab.run(30_000);
    const next = lab.listen();
    expect(next.log).toEqual(["+7"]);
    lab.run(60_000);
    expect(lab.sockets.size).toBe(4);
  });

  for (const [phase, ms] of [
    ["while it finds nodes", 5],
    ["while it subscribes", 15],
    ["when it has subscribed", 1000],
    ["while it renews", 20_015],
  ] as const) {
    test(`${phase} leaves nothing behind in the end`, () => {
      const lab = new SearchLab();
      lab.behaviour = new HonestPeers().answer;
      lab.addPeers(5);
      const sink = lab.listen();
      lab.run(ms);
      if (sink.handle !== undefined) lab.table.cancelListen(sink.handle);
      lab.run(LISTEN_LINGER_MS + 20_000);
      expect(lab.pending).toHaveLength(0);
      expect(lab.scheduler.pending).toBe(0);
      expect(lab.sockets.size).toBe(0);
    });
  }
});
