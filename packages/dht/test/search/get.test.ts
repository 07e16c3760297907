import { describe, expect, test } from "vitest";
import { MAX_PAGES_UNDER_WAY } from "../../src/search/index.ts";
import { MAX_INLINE_BYTES } from "../../src/search/limits.ts";
import { Query } from "../../src/value/index.ts";
import { HonestPeers, KEY, SearchLab, value } from "./search-lab.ts";

function labWithValues(peerCount: number, ...ids: number[]): SearchLab {
  return labAndPeers(peerCount, ...ids).lab;
}

function labAndPeers(peerCount: number, ...ids: number[]): { lab: SearchLab; peers: HonestPeers } {
  const lab = new SearchLab();
  const peers = new HonestPeers();
  lab.addPeers(peerCount);
  for (const peer of lab.peers) for (const id of ids) peers.at(peer).set(BigInt(id), value(id));
  lab.behaviour = peers.answer;
  return { lab, peers };
}

const texts = (queries: readonly (Query | undefined)[]) => queries.map(String);

describe("a get of whole values", () => {
  test("asks for the ids, then for each value by its id, at every one of the closest nodes", () => {
    const lab = labWithValues(2, 5, 6);
    const get = lab.get();
    lab.run(1000);
    const asked = lab.all("get").filter(({ peer }) => lab.rankOf(peer) === 0);
    expect(texts(asked.map(({ query }) => query))).toEqual(
      texts([Query.parse("SELECT id"), Query.parse("WHERE id=5"), Query.parse("WHERE id=6")]),
    );
    expect(get.values.map(({ id }) => id).sort()).toEqual([5n, 5n, 6n, 6n]);
    expect(get.done?.ok).toBe(true);
  });

  test("takes the Where along when it asks for ids", () => {
    const lab = labWithValues(1, 5, 6);
    const get = lab.get(Query.parse("WHERE id=6"));
    lab.run(1000);
    expect(texts(lab.all("get").map(({ query }) => query))).toEqual(
      texts([Query.parse("SELECT id WHERE id=6"), Query.parse("WHERE id=6")]),
    );
    expect(get.values.map(({ id }) => id)).toEqual([6n]);
  });

  test("takes values instead of ids as the final answer", () => {
    const lab = new SearchLab();
    lab.behaviour = () => ({ values: [value(3)] });
    lab.addPeers(1);
    const get = lab.get();
    lab.run(1000);
    expect(lab.sent).toHaveLength(1);
    expect(get.values.map(({ id }) => id)).toEqual([3n]);
    expect(get.done?.ok).toBe(true);
  });

  test("fetches each listed id once, id 0 never, and not all of a long list at the same time", () => {
    const lab = new SearchLab();
    const ids = Array.from({ length: 200 }, (_, index) => ({ id: BigInt(index % 150) }));
    lab.behaviour = ({ query }) => (query?.select.isEmpty ? {} : { fields: ids });
    lab.addPeers(1);
    const get = lab.get();
    lab.run(lab.latencyMs);
    expect(lab.pending).toHaveLength(MAX_PAGES_UNDER_WAY);
    lab.run(1000);
    expect(lab.sent).toHaveLength(1 + 149);
    expect(get.done?.ok).toBe(true);
  });

  test("asks a node that held little for everything at once, until it holds much", () => {
    const { lab, peers } = labAndPeers(1, 5, 6);
    const queriesOf = (query = Query.all) => {
      const before = lab.sent.length;
      const get = lab.get(query);
      lab.run(1000);
      expect(get.done?.ok).toBe(true);
      return texts(lab.sent.slice(before).map((sent) => sent.query));
    };
    expect(queriesOf()).toHaveLength(3);
    expect(queriesOf()).toEqual(texts([Query.all]));
    expect(queriesOf(Query.parse("WHERE id=6"))).toEqual(texts([Query.parse("WHERE id=6")]));
    const large = value(7, "x".repeat(MAX_INLINE_BYTES));
    peers.at(lab.peer(0)).set(7n, large);
    expect(queriesOf()).toEqual(texts([Query.all])); // nobody knew
    expect(queriesOf()).toHaveLength(4);
    expect(queriesOf(Query.parse("WHERE id=6"))).toHaveLength(2); // which says nothing about the others
    expect(queriesOf()).toHaveLength(4);
  });

  test("fails when the node dies in the middle of its list", () => {
    const lab = new SearchLab();
    lab.behaviour = ({ query }) => (query?.select.isEmpty ? undefined : { fields: [{ id: 1n }, { id: 2n }] });
    lab.addPeers(1);
    const get = lab.get();
    lab.run(20_000);
    expect(get.done?.ok).toBe(false);
    expect(lab.pending).toHaveLength(0);
    expect(lab.scheduler.pending).toBe(0);
  });
});

describe("a query for fields", () => {
  test("is sent as it is, and delivers what each node answers", () => {
    const lab = labWithValues(2, 5);
    const get = lab.get(Query.parse("SELECT id,seq"));
    lab.run(1000);
    expect(lab.all("get").map(({ query }) => query)).toEqual([get.query, get.query]);
    expect(get.fields).toEqual([
      { id: 5n, seq: 0 },
      { id: 5n, seq: 0 },
    ]);
    expect(get.values).toHaveLength(0);
    expect(get.done?.ok).toBe(true);
  });
});

describe("gets on one key", () => {
  test("that begin together share requests, and each is answered", () => {
    const lab = labWithValues(3, 5);
    const gets = [lab.get(), lab.get(), lab.get(Query.parse("WHERE id=5"))];
    lab.run(1000);
    expect(lab.sent).toHaveLength(6);
    for (const get of gets) {
      expect(get.done?.ok).toBe(true);
      expect(get.values).toHaveLength(3);
    }
  });

  test("that begin after an answer came ask again", () => {
    const lab = labWithValues(1, 5);
    lab.get();
    lab.run(1000);
    const before = lab.sent.length;
    const later = lab.get();
    lab.run(1000);
    expect(lab.sent.length).toBeGreaterThan(before);
    expect(later.values).toHaveLength(1);
  });

  test("find the closest nodes four at a time; then they ask these all at once, and no others", () => {
    const lab = labWithValues(12, 5);
    lab.get();
    lab.run(0);
    expect(lab.ranks("get")).toEqual([0, 1, 2, 3]);
    lab.run(1000);
    const before = lab.sent.length;
    const later = lab.get();
    lab.run(0);
    expect(lab.ranks("get").slice(before)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    lab.run(1000);
    expect(lab.sent).toHaveLength(before + 8);
    expect(later.done?.ok).toBe(true);
  });

  test("ask for one node more when one of the closest doesn't answer", () => {
    const lab = labWithValues(9, 5);
    lab.get();
    lab.run(1000);
    const before = lab.sent.length;
    const { behaviour } = lab;
    lab.behaviour = (sent) => (lab.rankOf(sent.peer) === 3 ? undefined : behaviour(sent));
    const later = lab.get();
    lab.run(2000);
    expect(lab.ranks("get").slice(before)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 8]); // its ids, and the value
    expect(later.done?.ok).toBe(true);
    expect(later.values).toHaveLength(8);
  });

  test("ask again even within the same instant", () => {
    const lab = labWithValues(1, 5);
    lab.latencyMs = 0;
    lab.get();
    lab.run(0);
    const later = lab.get();
    lab.run(0);
    expect(later.values).toHaveLength(1);
    expect(later.done?.ok).toBe(true);
  });

  test("that are narrower than another are answered by it, wider ones are not", () => {
    const lab = labWithValues(1, 5, 6);
    const wide = lab.get();
    const narrow = lab.get(Query.parse("WHERE id=6"));
    lab.run(1000);
    expect(lab.sent).toHaveLength(3);
    expect(narrow.values.map(({ id }) => id).sort()).toEqual([5n, 6n]); // each filters for itself
    lab.get(Query.parse("WHERE id=6"));
    lab.get();
    lab.run(1000);
    expect(lab.sent).toHaveLength(3 + 1 + 1);
    expect(wide.done?.ok).toBe(true);
  });
});

describe("a cancelled get", () => {
  for (const [phase, ms] of [
    ["before the first request", -1],
    ["while it asks", 0],
    ["while it fetches values", 15],
    ["after a retry", 1500],
  ] as const) {
    test(`${phase} leaves no request, no timer, and hears nothing`, () => {
      const lab = labWithValues(9, 5, 6);
      if (ms === 1500) lab.behaviour = () => undefined;
      const get = lab.get();
      if (ms >= 0) lab.run(ms);
      expect(lab.table.cancelGet(KEY, get)).toBe(true);
      const heard = get.values.length;
      expect(lab.pending).toHaveLength(0);
      expect(lab.scheduler.pending).toBe(lab.sent.length > 0 && ms < 1500 ? answersUnderWay(lab) : 0);
      lab.run(20_000);
      expect(get.values).toHaveLength(heard);
      expect(get.done).toBeUndefined();
      expect(lab.table.find(KEY)?.isDone).toBe(true);
      expect(lab.table.cancelGet(KEY, get)).toBe(false);
    });
  }

  test("leaves the others alone", () => {
    const lab = labWithValues(3, 5);
    const cancelled = lab.get();
    const kept = lab.get();
    lab.run(0);
    lab.table.cancelGet(KEY, cancelled);
    lab.run(1000);
    expect(kept.done?.ok).toBe(true);
    expect(kept.values).toHaveLength(3);
  });
});

/** Answers of the simulated peers are timers too. */
function answersUnderWay(lab: SearchLab): number {
  return lab.sent.filter(({ at }) => at + lab.latencyMs > lab.now).length;
}
