import { beforeEach, describe, expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { type TestNode, Testnet } from "../../src/testnet/index.ts";
import { Field, Query, Select, Value, Where } from "../../src/value/index.ts";
import { WANT_IPV4, WANT_IPV6 } from "../../src/wire/index.ts";
import { Stranger } from "./stranger.ts";

const key = InfoHash.get("key");
const value = new Value({ id: 9n, data: Uint8Array.of(1, 2, 3), userType: "text" });
const nothing = { values: [], announced: [] } as const;

let net: Testnet;
let node: TestNode;
let stranger: Stranger;

beforeEach(() => {
  net = new Testnet({ latency: 1 });
  node = net.spawnOne();
  stranger = new Stranger(net);
});

function put(of: Value = value, under = key) {
  return { kind: "put", key: under, values: [of], announced: [], token: stranger.token(node) } as const;
}

describe("a ping", () => {
  test("is answered with the asker's address", () => {
    const reply = stranger.askOnce(node, { kind: "ping" });
    expect(reply.id.equals(node.id)).toBe(true);
    expect(reply.reportedAddress?.host).toBe(stranger.address.host);
    expect(reply.token).toBeUndefined();
  });
});

describe("a find", () => {
  test("gets a token of 32 bytes, even with a zero target", () => {
    const { token } = stranger.askOnce(node, { kind: "find", target: InfoHash.zero });
    expect(token).toHaveLength(32);
  });

  test("gets only nodes that answer, sorted by distance, at most eight, never clients or the replier", async () => {
    const big = new Testnet({ latency: 1, nodes: 30 });
    await big.join(30);
    const client = big.spawnOne();
    const asker = new Stranger(big);
    const { nodes4 = [] } = asker.askOnce(big.node(0), { kind: "find", target: key });
    expect(nodes4).toHaveLength(8);
    const sorted = [...nodes4].sort((a, b) => key.xorCmp(a.id, b.id));
    expect(nodes4).toEqual(sorted);
    expect(nodes4.some(({ id }) => id.equals(big.node(0).id) || id.equals(client.id))).toBe(false);
  });

  test("gets the families that it wants, of the datagram's family by default", async () => {
    const both = new Testnet({ latency: 1, families: [4, 6] });
    await both.join(6);
    const asker = new Stranger(both);
    const lists = (want: number | undefined) => {
      const { nodes4, nodes6 } = asker.askOnce(both.node(0), { kind: "find", target: key, want });
      return [nodes4 !== undefined, nodes6 !== undefined];
    };
    expect(lists(undefined)).toEqual([true, false]);
    expect(lists(WANT_IPV6)).toEqual([false, true]);
    expect(lists(WANT_IPV4 | WANT_IPV6)).toEqual([true, true]);
    expect(lists(0)).toEqual([false, false]);
  });
});

describe("a get", () => {
  test("gets whole values, or only the selected fields", () => {
    stranger.ask(node, put());
    expect(stranger.askOnce(node, { kind: "get", key }).values).toEqual([value]);
    const query = new Query(new Select([Field.UserType, Field.Id]));
    const { fields, values } = stranger.askOnce(node, { kind: "get", key, query });
    expect(values).toEqual([]);
    expect(fields).toEqual([{ id: 9n, userType: "text" }]);
  });

  test("gets only values that match its Where", () => {
    stranger.ask(node, put());
    const where = (text: string) => ({ kind: "get", key, query: new Query(Select.all, Where.parse(text)) }) as const;
    expect(stranger.askOnce(node, where("WHERE user_type=text")).values).toHaveLength(1);
    expect(stranger.askOnce(node, where("WHERE id=1")).values).toHaveLength(0);
  });

  test("of the zero key is an error 203", () => {
    const [error] = stranger.ask(node, { kind: "get", key: InfoHash.zero });
    expect(error).toMatchObject({ kind: "error", code: 203, text: "Get_values with no info_hash" });
  });
});

describe("a put", () => {
  test("is stored and acknowledged, once per value", () => {
    const second = value.withId(10n);
    const acks = stranger.ask(node, { ...put(), values: [value, second] });
    expect(acks).toMatchObject([{ valueId: 9n }, { valueId: 10n }]);
    expect(node.local(key)).toEqual([value, second]);
  });

  test("without values gets no answer", () => {
    expect(stranger.ask(node, { ...put(), values: [] })).toEqual([]);
  });

  test("with a wrong token is a 401, under the zero key a 203, whatever the token", () => {
    const wrong = { ...put(), token: new Uint8Array(32) };
    expect(stranger.ask(node, wrong)).toMatchObject([{ code: 401, text: "Put with incorrect token" }]);
    expect(stranger.ask(node, { ...wrong, key: InfoHash.zero })).toMatchObject([{ code: 203 }]);
    expect(node.local(key)).toEqual([]);
  });

  test("with a value id 0 is a 203; what came before it is stored, and nothing is acknowledged", () => {
    const answers = stranger.ask(node, { ...put(), values: [value, value.withId(0n), value.withId(11n)] });
    expect(answers).toMatchObject([{ kind: "error", code: 203, text: "Put with invalid ID" }]);
    expect(node.local(key)).toEqual([value]);
  });

  test("of an hour-old value that lives ten minutes is acknowledged and not stored", () => {
    const created = Math.floor(node.wallClock / 1000) - 3600;
    expect(stranger.ask(node, { ...put(), created })).toMatchObject([{ valueId: 9n }]);
    expect(node.local(key)).toEqual([]);
  });

  test("from the future counts as from now", () => {
    stranger.ask(node, { ...put(), created: Math.floor(node.wallClock / 1000) + 3600 });
    net.scheduler.advance(9 * 60_000);
    expect(node.local(key)).toHaveLength(1);
    net.scheduler.advance(2 * 60_000);
    expect(node.local(key)).toHaveLength(0);
  });

  test("over another value with the same id is acknowledged and ignored", () => {
    stranger.ask(node, put());
    const other = value.withData(Uint8Array.of(7));
    expect(stranger.ask(node, put(other))).toMatchObject([{ valueId: 9n }]);
    expect(node.local(key)).toEqual([value]);
  });

  test("of an unsigned value over a signed one is acknowledged and ignored", () => {
    const signed = new Value({
      id: 9n,
      data: Uint8Array.of(1),
      owner: new Uint8Array(9),
      signature: new Uint8Array(8),
    });
    stranger.ask(node, put(signed));
    expect(stranger.ask(node, put())).toMatchObject([{ valueId: 9n }]);
    expect(node.local(key)[0]?.isSigned()).toBe(true);
  });

  test("to a node that has eight closer ones is acknowledged and not stored", async () => {
    const big = new Testnet({ latency: 1 });
    await big.join(40);
    const asker = new Stranger(big);
    const far = big.nodes.reduce((farthest, each) => (key.xorCmp(each.id, farthest.id) > 0 ? each : farthest));
    const { token = new Uint8Array() } = asker.askOnce(far, { kind: "find", target: key });
    const acks = asker.ask(far, { kind: "put", key, values: [value], announced: [], token });
    expect(acks).toMatchObject([{ valueId: 9n }]);
    expect(far.local(key)).toEqual([]);
  });

  test("with a large value comes in parts, and goes out in parts", () => {
    const large = new Value({ id: 5n, data: new Uint8Array(57_344).fill(7) });
    expect(stranger.ask(node, put(large))).toMatchObject([{ valueId: 5n }]);
    expect(node.local(key)).toEqual([large]);
    const { announced } = stranger.askOnce(node, { kind: "get", key });
    expect(announced).toMatchObject([{ index: 0 }]);
    expect(stranger.arrivals.filter(({ message }) => message.kind === "part")).toHaveLength(45);
  });
});

describe("a refresh", () => {
  const refresh = (valueId: bigint, under = key) =>
    ({ kind: "refresh", key: under, valueId, token: stranger.token(node) }) as const;

  test("gives a value another life", () => {
    stranger.ask(node, put());
    net.scheduler.advance(9 * 60_000);
    expect(stranger.ask(node, refresh(9n))).toMatchObject([{ valueId: 9n }]);
    net.scheduler.advance(9 * 60_000);
    expect(node.local(key)).toHaveLength(1);
  });

  test("of an unknown value under a known key is acknowledged, of an unknown key a 404", () => {
    stranger.ask(node, put());
    expect(stranger.ask(node, refresh(77n))).toMatchObject([{ valueId: 77n }]);
    expect(stranger.ask(node, refresh(9n, InfoHash.get("nothing here")))).toMatchObject([{ code: 404 }]);
  });

  test("with a wrong token is a 401", () => {
    const wrong = { ...refresh(9n), token: new Uint8Array(32) };
    expect(stranger.ask(node, wrong)).toMatchObject([{ code: 401, text: "Put with incorrect token" }]);
  });
});

describe("a listen", () => {
  const listen = (socketId = 77, version: 0 | 1 = 1) =>
    ({ kind: "listen", key, token: stranger.token(node), socketId, version }) as const;

  test("is confirmed with a token; what is there already comes before the confirmation, and only the first time", () => {
    stranger.beHonest();
    stranger.ask(node, put());
    const before = stranger.arrivals.length;
    const question = listen();
    stranger.ask(node, question);
    const kinds = stranger.arrivals.slice(before + 1).map(({ message }) => message.kind);
    expect(kinds).toEqual(["update", "reply"]);
    expect(stranger.queries("update")[0]).toMatchObject({ socketId: 77, version: 1, values: [value] });
    expect(stranger.askOnce(node, question).token).toHaveLength(32);
    expect(stranger.queries("update")).toHaveLength(1);
  });

  test("hears of new values before the putter does, of refreshed ones and of expired ones", () => {
    stranger.beHonest();
    stranger.ask(node, listen());
    const before = stranger.arrivals.length;
    const question = put();
    stranger.ask(node, question);
    expect(stranger.arrivals.slice(before + 1).map(({ message }) => message.kind)).toEqual(["update", "reply"]);
    stranger.ask(node, question);
    expect(stranger.queries("update").at(-1)?.refreshed).toEqual([9n]);
    for (let minute = 0; minute < 12; minute++) {
      stranger.ask(node, listen());
      net.scheduler.advance(60_000);
    }
    expect(stranger.queries("update").at(-1)?.expired).toEqual([9n]);
  });

  test("that isn't renewed for ten minutes is forgotten", () => {
    stranger.beHonest();
    stranger.ask(node, listen());
    net.scheduler.advance(17 * 60_000);
    stranger.ask(node, put());
    expect(stranger.queries("update")).toHaveLength(0);
  });

  test("of version 0 is told by unsolicited replies", () => {
    stranger.ask(node, put());
    const before = stranger.arrivals.length;
    stranger.ask(node, listen(77, 0));
    const [, first] = stranger.arrivals.slice(before).map(({ message }) => message);
    expect(first).toMatchObject({ kind: "reply", tid: 77, values: [value] });
  });

  test("with a wrong token is a 401, of the zero key a 203", () => {
    const wrong = { ...listen(), token: new Uint8Array(32) };
    expect(stranger.ask(node, wrong)).toMatchObject([{ code: 401, text: "Listen with incorrect token" }]);
    expect(stranger.ask(node, { ...wrong, key: InfoHash.zero })).toMatchObject([
      { code: 203, text: "Listen with no info_hash" },
    ]);
  });
});

describe("an update", () => {
  test("for a socket that nobody knows is acknowledged all the same", () => {
    const update = { kind: "update", socketId: 5, token: new Uint8Array(32), version: 1, ...nothing } as const;
    const reply = stranger.askOnce(node, { ...update, refreshed: [], expired: [1n] });
    expect(reply.token).toBeUndefined();
  });
});

describe("a token", () => {
  test("is good for fifteen minutes, at its address and port only", () => {
    const token = stranger.token(node);
    const other = new Stranger(net, "another");
    const question = { kind: "put", key, values: [value], announced: [], token } as const;
    expect(other.ask(node, question)).toMatchObject([{ code: 401 }]);
    net.scheduler.advance(15 * 60_000 - 10);
    expect(stranger.ask(node, question)).toMatchObject([{ valueId: 9n }]);
    net.scheduler.advance(90 * 60_000);
    expect(stranger.ask(node, question)).toMatchObject([{ code: 401 }]);
  });
});
