import { describe, expect, test } from "vitest";
import { KEY, SearchLab } from "./search-lab.ts";

describe("a lookup", () => {
  test("without any node ends at once, without success", () => {
    const lab = new SearchLab();
    const get = lab.get();
    lab.run(0);
    expect(get.done).toEqual({ ok: false, peers: [] });
    expect(lab.sent).toHaveLength(0);
  });

  test("asks at most four nodes at the same time, the closest first", () => {
    const lab = new SearchLab();
    lab.addPeers(14);
    lab.get();
    lab.run(0);
    expect(lab.ranks("get")).toEqual([0, 1, 2, 3]);
    const [first] = lab.pending;
    if (first) lab.reply(first);
    lab.run(0);
    expect(lab.ranks("get")).toEqual([0, 1, 2, 3, 4]);
  });

  test("that is done when eight are synced ends well although nothing was found", () => {
    const lab = new SearchLab();
    lab.behaviour = () => ({});
    lab.addPeers(20);
    const get = lab.get();
    lab.run(1000);
    expect(get.done?.ok).toBe(true);
    expect(get.values).toHaveLength(0);
    expect(get.done?.peers).toEqual(lab.peers.slice(0, 14));
  });

  test("of a small network needs only those who are there", () => {
    const lab = new SearchLab();
    lab.behaviour = () => ({});
    lab.addPeers(3);
    const get = lab.get();
    lab.run(1000);
    expect(get.done).toEqual({ ok: true, peers: lab.peers });
  });

  test("goes from node to node: whoever is named in a reply is asked too", () => {
    const lab = new SearchLab();
    lab.addPeers(30);
    const far = lab.peer(29);
    for (const peer of lab.peers) if (peer !== far) peer.isExpired = true;
    lab.behaviour = ({ peer }) => {
      const rank = lab.rankOf(peer);
      const closer = lab.peers.slice(Math.max(rank - 8, 0), rank);
      for (const other of closer) other.isExpired = false;
      return { nodes4: closer.map(({ id, address }) => ({ id, address })) };
    };
    const get = lab.get();
    lab.run(2000);
    expect(get.done?.ok).toBe(true);
    expect(get.done?.peers.slice(0, 8)).toEqual(lab.peers.slice(0, 8));
  });

  test("doesn't wait for a slow node: asked twice, it neither blocks nor counts", () => {
    const lab = new SearchLab();
    lab.behaviour = ({ peer }) => (peer === lab.peer(0) ? undefined : {});
    lab.addPeers(9);
    const get = lab.get();
    lab.run(900);
    expect(get.done).toBeUndefined();
    lab.run(400);
    expect(get.done?.ok).toBe(true);
    expect(lab.ranks("get")).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test("that was slowed down by a dead node finds out that it is dead: the next one isn't slowed down again", () => {
    const lab = new SearchLab();
    lab.behaviour = ({ peer }) => (peer === lab.peer(0) ? undefined : {});
    lab.addPeers(9);
    const first = lab.get();
    lab.run(1500);
    expect(first.done?.ok).toBe(true);
    const second = lab.get();
    lab.run(100);
    expect(second.done?.ok).toBe(true);
    lab.run(10_000);
    expect(lab.peer(0).isExpired).toBe(true);
    const third = lab.get();
    lab.run(100);
    expect(third.done?.ok).toBe(true);
    expect(lab.ranks("get").filter((rank) => rank === 0)).toHaveLength(1);
    expect(lab.pending).toHaveLength(0);
    expect(lab.scheduler.pending).toBe(0);
  });

  test("doesn't fetch the values that a node lists too late", () => {
    const lab = new SearchLab();
    lab.behaviour = ({ peer }) => (peer === lab.peer(0) ? undefined : {});
    lab.addPeers(9);
    lab.get();
    lab.run(1500);
    const [late] = lab.pending;
    if (late) lab.reply(late, { fields: [{ id: 1n }, { id: 2n }] });
    lab.run(0);
    expect(lab.pending).toHaveLength(0);
  });

  test("gives a slow node its place back when it answers after all", () => {
    const lab = new SearchLab();
    lab.addPeers(1);
    const get = lab.get();
    lab.run(1500);
    expect(get.done).toBeUndefined();
    const [asked] = lab.pending;
    if (asked) lab.reply(asked);
    lab.run(0);
    expect(get.done?.ok).toBe(true);
  });

  test("of nodes that are all silent fails after the last attempt, and says that something may be wrong", () => {
    const lab = new SearchLab();
    lab.addPeers(8);
    lab.table.onPeer(lab.peer(0));
    const get = lab.get();
    lab.run(6900);
    expect(get.done).toBeUndefined();
    lab.run(20_000);
    expect(get.done?.ok).toBe(false);
    expect(lab.expirations).toBe(1);
    expect(lab.scheduler.pending).toBe(0);
  });

  test("of a family that never had a peer says nothing about connectivity", () => {
    const lab = new SearchLab();
    lab.get();
    lab.run(0);
    expect(lab.expirations).toBe(0);
  });

  test("ends when the 25 closest nodes are dead, whoever else may be there", () => {
    const lab = new SearchLab();
    lab.addPeers(40);
    // The farthest are known first; the dead ones come closer and closer.
    for (const peer of lab.peers.slice(0, 39)) peer.isExpired = true;
    const get = lab.get();
    for (let rank = 38; rank >= 0; rank--) {
      lab.meet(rank);
      lab.kill(lab.peer(rank));
    }
    lab.run(0);
    expect(get.done?.ok).toBe(false);
  });

  test("takes in a node met meanwhile that is close enough, and refuses one that is not", () => {
    const lab = new SearchLab();
    lab.addPeers(20);
    for (const peer of lab.peers.slice(0, 5)) peer.isExpired = true;
    lab.get();
    const search = lab.table.find(KEY);
    lab.run(0);
    expect([...(search?.nodes ?? [])].map(({ peer }) => lab.rankOf(peer))).toEqual([
      5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18,
    ]);
    lab.meet(19);
    lab.meet(2);
    expect([...(search?.nodes ?? [])].map(({ peer }) => lab.rankOf(peer))).toEqual([
      2, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17,
    ]);
  });

  test("to our own place only meets the nodes there, and is over", () => {
    const lab = new SearchLab();
    lab.behaviour = () => ({});
    lab.addPeers(20);
    lab.table.findNode(KEY);
    lab.run(1000);
    expect(lab.ranks("find").slice(0, 8)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(lab.table.find(KEY)?.isDone).toBe(true);
    expect(lab.scheduler.pending).toBe(0);
    expect(lab.pending).toHaveLength(0);
  });
});
