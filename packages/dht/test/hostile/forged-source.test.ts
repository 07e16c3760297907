import { beforeEach, describe, expect, test } from "vitest";
import { SockAddr } from "../../src/address/index.ts";
import { InfoHash } from "../../src/id/index.ts";
import { UNPROVEN_BYTES_PER_SEC } from "../../src/rpc/index.ts";
import { createTestnet, type TestNode, type Testnet } from "../../src/testnet/index.ts";
import { Field, Query, Select, Value, Where } from "../../src/value/index.ts";
import { encodeMessage, encodeParts, WANT_IPV4, WANT_IPV6 } from "../../src/wire/index.ts";
import { type Question, Stranger } from "../node/stranger.ts";

/**
 * Somebody sends small queries with the address of a bystander as their source, who never asked for anything. How much
 * does the node send him?
 */
const bystander = SockAddr.ipv4(0x0c00_0001, 4222);
const BOTH = WANT_IPV4 | WANT_IPV6;
const key = InfoHash.get("key");
const token = new Uint8Array(32);

let net: Testnet;
let node: TestNode;
let writer: Stranger;
let sent: number;

beforeEach(async () => {
  net = await createTestnet({ nodes: 40, latency: 1, families: [4, 6], settle: "2min" });
  node = net.nodes.reduce((nearest, each) => (key.xorCmp(each.id, nearest.id) < 0 ? each : nearest));
  writer = new Stranger(net, "writer").beHonest();
  sent = 0;
  net.network.observer = (datagram, _, to) => {
    if (to.equals(bystander)) sent += datagram.length;
  };
});

/** Bytes of the forged question, and of what the bystander gets within ten seconds. */
function forge(question: Question): { asked: number; answered: number } {
  const query = { ...writer.envelope(), id: InfoHash.get("nobody"), ...question };
  const datagrams = [encodeMessage(query), ...encodeParts(query)];
  sent = 0;
  for (const datagram of datagrams) node.dht.receive(datagram, bystander);
  net.scheduler.advance(10_000);
  return { asked: datagrams.reduce((sum, { length }) => sum + length, 0), answered: sent };
}

function store(count: number, bytes: number, type = 0): void {
  const fresh = writer.token(node);
  for (let i = 0; i < count; i++) {
    const value = new Value({ id: BigInt(i + 1), type, data: new Uint8Array(bytes) });
    writer.ask(node, { kind: "put", key, values: [value], announced: [], token: fresh });
  }
  expect(node.local(key)).toHaveLength(count);
}

describe("without a token", () => {
  const value = new Value({ id: 1n, data: new Uint8Array(400) });
  const kinds: readonly [string, Question, number][] = [
    ["a ping", { kind: "ping" }, 1.5],
    ["a find for both families", { kind: "find", target: key, want: BOTH }, 8],
    ["a get for both families", { kind: "get", key, want: BOTH }, 8],
    ["a put", { kind: "put", key, values: [value], announced: [], token }, 1],
    ["a refresh", { kind: "refresh", key, valueId: 1n, token }, 1],
    ["a listen", { kind: "listen", key, socketId: 5, version: 1, token }, 1],
    ["a listen of the older kind", { kind: "listen", key, socketId: 5, version: 0, token }, 1],
    [
      "an update",
      { kind: "update", socketId: 5, version: 1, values: [], announced: [], refreshed: [1n], expired: [], token },
      1,
    ],
  ];

  test.each(kinds)("%s is answered with no more than its node list and envelope", (_, question, factor) => {
    const { asked, answered } = forge(question);
    expect(answered).toBeGreaterThan(0);
    expect(answered).toBeLessThanOrEqual(asked * factor);
  });

  test("a get of large values brings a few of them to a stranger, not one after the other", () => {
    store(20, 60_000);
    const where = (id: bigint): Question => ({ kind: "get", key, query: new Query(Select.all, Where.all.id(id)) });
    const first = forge(where(1n));
    expect(first.answered).toBeGreaterThan(60_000);
    const questions = Array.from({ length: 20 }, (_, i) =>
      encodeMessage({ ...writer.envelope(), ...where(BigInt(i + 1)) }),
    );
    sent = 0;
    for (let second = 0; second < 5; second++) {
      for (let repeat = 0; repeat < 10; repeat++) for (const each of questions) node.dht.receive(each, bystander);
      net.scheduler.advance(1000);
    }
    expect(sent).toBeLessThan(6 * UNPROVEN_BYTES_PER_SEC.perNetwork * 1.1);
  });

  test("a get of selected fields neither, although each answer is one datagram", () => {
    store(300, 0);
    const query = new Query(new Select([Field.Id, Field.ValueType, Field.OwnerPk, Field.SeqNum, Field.UserType]));
    sent = 0;
    for (let second = 0; second < 5; second++) {
      for (let i = 0; i < 300; i++) {
        node.dht.receive(encodeMessage({ kind: "get", ...writer.envelope(), key, query }), bystander);
      }
      net.scheduler.advance(1000);
    }
    expect(sent).toBeGreaterThan(100_000);
    expect(sent).toBeLessThan(6 * UNPROVEN_BYTES_PER_SEC.perNetwork * 1.1);
  });
});

test("who really lives where he asks from gets all that he asks for, the rest when he asks again", () => {
  store(20, 60_000);
  const reader = new Stranger(net, "reader").beHonest();
  const got = new Set<bigint>();
  for (let attempt = 0; attempt < 2; attempt++) {
    for (let id = 1n; id <= 20n; id++) {
      const query = new Query(Select.all, Where.all.id(id));
      reader.send(node, { kind: "get", ...reader.envelope(Number(id)), key, query });
    }
    net.scheduler.advance(1000);
  }
  for (const { message } of reader.arrivals) {
    if (message.kind === "reply" && message.announced.length > 0) got.add(BigInt(message.tid));
  }
  expect(got.size).toBe(20);
});

test("listeners of the older kind, who acknowledge nothing, are told at a bounded rate", () => {
  const listener = new Stranger(net, "listener").beHonest();
  const fresh = listener.token(node);
  for (let socketId = 1; socketId <= 500; socketId++) {
    listener.send(node, { kind: "listen", ...listener.envelope(), key, socketId, version: 0, token: fresh });
  }
  net.scheduler.advance(10);
  const before = listener.arrivals.length;
  for (let id = 1; id <= 20; id++) {
    const value = new Value({ id: BigInt(id), data: new Uint8Array(500) });
    writer.ask(node, { kind: "put", key, values: [value], announced: [], token: writer.token(node) });
  }
  net.scheduler.advance(100);
  const bytes = listener.arrivals.slice(before).reduce((sum, arrival) => sum + arrival.bytes.length, 0);
  expect(bytes).toBeGreaterThan(UNPROVEN_BYTES_PER_SEC.perNetwork / 2);
  expect(bytes).toBeLessThan(UNPROVEN_BYTES_PER_SEC.perNetwork * 1.5);
});
