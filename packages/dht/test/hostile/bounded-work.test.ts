import { beforeEach, describe, expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { type TestNode, Testnet } from "../../src/testnet/index.ts";
import { Field, Query, Select, Value, Where } from "../../src/value/index.ts";
import { encodeMessage } from "../../src/wire/index.ts";
import { type Question, Stranger } from "../node/stranger.ts";

const key = InfoHash.get("key");
const PLAIN = { field: Field.ValueType, value: 0 } as const;
/** What one address may ask in a second. */
const LIMIT = 1000;

let net: Testnet;
let node: TestNode;
let stranger: Stranger;

beforeEach(() => {
  net = new Testnet({ latency: 1, config: { maxReqPerSec: 100 * LIMIT, maxPeerReqPerSec: LIMIT } });
  [node] = net.spawn(1) as [TestNode];
  stranger = new Stranger(net).beHonest();
});

/** How many such questions in a second are served. */
function servedPerSecond(ask: () => Question): number {
  net.scheduler.advance(2000);
  const { dropped } = node.dht.traffic;
  const before = dropped.rateLimited;
  for (let i = 0; i < LIMIT; i++)
    node.dht.receive(encodeMessage({ ...stranger.envelope(), ...ask() }), stranger.address);
  return LIMIT - (dropped.rateLimited - before);
}

function store(count: number): void {
  const token = stranger.token(node);
  for (let first = 1; first <= count; first += 50) {
    const values = Array.from({ length: 50 }, (_, i) => new Value({ id: BigInt(first + i) }));
    stranger.send(node, { kind: "put", ...stranger.envelope(), key, values, announced: [], token });
    net.scheduler.advance(100);
  }
  expect(node.local(key)).toHaveLength(count);
}

describe("a get", () => {
  test("of all values under a crowded key counts as many, of one of them as one", () => {
    store(5000);
    expect(servedPerSecond(() => ({ kind: "get", key: InfoHash.get("another key") }))).toBe(LIMIT);
    const one = new Query(Select.all, Where.all.id(7n));
    expect(servedPerSecond(() => ({ kind: "get", key, query: one }))).toBe(LIMIT);
    const each = 1 + Math.floor(5000 / 64);
    expect(servedPerSecond(() => ({ kind: "get", key }))).toBe(Math.ceil(LIMIT / each));
    const none = new Query(Select.all, Where.all.userType("nobody's"));
    expect(servedPerSecond(() => ({ kind: "get", key, query: none }))).toBe(Math.ceil(LIMIT / each));
    const picky = new Query(Select.all, new Where(Array.from({ length: 10 }, () => PLAIN)));
    expect(servedPerSecond(() => ({ kind: "get", key, query: picky }))).toBe(Math.ceil(LIMIT / (1 + 781)));
  });
});

describe("a put or refresh", () => {
  test("counts as many when many hear of it, and when it brings many values, be it in parts", () => {
    const token = stranger.token(node);
    let id = 0n;
    const put = (): Question => ({ kind: "put", key, values: [new Value({ id: ++id })], announced: [], token });
    expect(servedPerSecond(put)).toBe(LIMIT);
    net.scheduler.advance(2000);
    for (let socketId = 1; socketId <= 160; socketId++) {
      stranger.ask(node, { kind: "listen", key, socketId, version: 1, token });
    }
    expect(servedPerSecond(put)).toBe(Math.ceil(LIMIT / 11));
    expect(servedPerSecond(() => ({ kind: "refresh", key, valueId: 1n, token }))).toBe(Math.ceil(LIMIT / 11));
    const sizes = Array.from({ length: 100 }, (_, index) => ({ index, size: 200 }));
    const parted = (): Question => ({ kind: "put", key: stranger.id, values: [], announced: sizes, token });
    expect(servedPerSecond(parted)).toBe(LIMIT / 100);
  });
});

describe("a listener", () => {
  test("who acknowledges nothing costs a bounded number of requests", () => {
    const token = stranger.token(node);
    stranger.onQuery = () => {};
    for (let socketId = 1; socketId <= 2000; socketId++) {
      stranger.send(node, { kind: "listen", ...stranger.envelope(), key, socketId, version: 1, token });
      if (socketId % 500 === 0) net.scheduler.advance(1000);
    }
    expect(node.dht.storageLog(key)).toContain("1024 entries");
  });
});
