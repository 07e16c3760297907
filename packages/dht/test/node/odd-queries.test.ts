import { beforeEach, describe, expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { SeededRandom } from "../../src/random/index.ts";
import { type TestNode, Testnet } from "../../src/testnet/index.ts";
import { decodeMessage } from "../../src/wire/index.ts";
import { Stranger } from "./stranger.ts";

/** MessagePack written out by hand, because our own encoder can't write what is wrong. */
type Packed = number | string | Uint8Array | readonly Packed[] | { readonly [key: string]: Packed };

function pack(value: Packed): number[] {
  if (typeof value === "number") return [0xce, value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
  if (typeof value === "string") return [0xd9, value.length, ...new TextEncoder().encode(value)];
  if (value instanceof Uint8Array) return [0xc4, value.length, ...value];
  if (isArray(value)) return [0xdc, 0, value.length, ...value.flatMap(pack)];
  const entries = Object.entries(value);
  return [0xde, 0, entries.length, ...entries.flatMap(([key, each]) => [...pack(key), ...pack(each)])];
}

function isArray(value: Packed): value is readonly Packed[] {
  return Array.isArray(value);
}

let net: Testnet;
let node: TestNode;
let stranger: Stranger;

beforeEach(() => {
  net = new Testnet({ latency: 1 });
  node = net.spawnOne();
  stranger = new Stranger(net);
});

/** What the node answers; it greets newcomers with a ping, which is no answer. */
function answersTo(bytes: readonly number[] | Uint8Array) {
  const before = stranger.arrivals.length;
  stranger.sendBytes(node, Uint8Array.from(bytes));
  return stranger.arrivals.slice(before).flatMap(({ message }) => (message.kind === "ping" ? [] : [message]));
}

const id = () => stranger.id.bytes;
const ping = () => ({ a: { id: id() }, q: "ping", t: 7, y: "q", v: "x" });

describe("answered like any other", () => {
  test.each([
    ["a ping without y", () => pack({ a: { id: id() }, q: "ping", t: 7, v: "x" }), 7],
    ["a ping without v", () => pack({ a: { id: id() }, q: "ping", t: 7, y: "q" }), 7],
    ["a ping with unknown keys", () => pack({ ...ping(), zz: ["what", { ever: 1 }] }), 7],
    ["a ping without t", () => pack({ a: { id: id() }, q: "ping", y: "q", v: "x" }), 0],
    ["a ping with bytes behind it", () => [...pack(ping()), 1, 2, 3], 7],
    ["a tid of four bytes", () => pack({ ...ping(), t: Uint8Array.of(0, 0, 1, 2) }), 258],
  ])("%s", (_, bytes, tid) => {
    expect(answersTo(bytes())).toMatchObject([{ kind: "reply", tid }]);
  });
});

describe("left without answer", () => {
  test.each([
    ["a ping of kind z", () => pack({ ...ping(), y: "z" })],
    ["a ping without a", () => pack({ q: "ping", t: 7, y: "q" })],
    ["an unknown query", () => pack({ ...ping(), q: "dance" })],
    ["an id of 19 bytes", () => pack({ ...ping(), a: { id: id().subarray(1) } })],
    ["an id as text", () => pack({ ...ping(), a: { id: stranger.id.toString() } })],
    ["no id", () => pack({ ...ping(), a: {} })],
    ["the zero id", () => pack({ ...ping(), a: { id: new Uint8Array(20) } })],
    ["the node's own id", () => pack({ ...ping(), a: { id: node.id.bytes } })],
    ["nothing at all", () => []],
    ["an array", () => pack([1, 2, 3])],
    ["half a map", () => pack(ping()).slice(0, -8)],
    ["another network's number", () => pack({ ...ping(), n: 3 })],
    ["an answer that nobody asked for", () => pack({ r: { id: id() }, t: 7, y: "r", v: "x" })],
    ["an error that nobody asked for", () => pack({ e: [203, "no"], r: { id: id() }, t: 7, y: "e", v: "x" })],
    ["a part of nothing", () => pack({ y: "p", t: 7, p: { 0: { o: 0, d: Uint8Array.of(1) } } })],
    ["a want that is no list", () => pack({ ...ping(), q: "find", a: { id: id(), target: id(), w: 2 } })],
    ["a query without s", () => pack({ ...ping(), q: "get", a: { id: id(), h: id(), q: { w: [] } } })],
  ])("%s", (_, bytes) => {
    expect(answersTo(bytes())).toEqual([]);
  });

  test("everybody else, by a node of another network", () => {
    const nets = new Testnet({ latency: 1, config: { network: 9 } });
    const ninth = nets.spawnOne();
    const asker = new Stranger(nets);
    expect(asker.ask(ninth, { kind: "ping" })).toEqual([]);
    expect(asker.ask(ninth, { kind: "ping", network: 9 })).toHaveLength(1);
  });
});

describe("a put with a value that can't be read among good ones", () => {
  const good = { id: 5, dat: { body: { type: 0, data: Uint8Array.of(1) } } };
  const put = (values: readonly Packed[]) =>
    pack({ a: { id: id(), h: id(), values, token: stranger.token(node) }, q: "put", t: 7, y: "q", v: "x" });

  test("is acknowledged for the good ones", () => {
    expect(answersTo(put([{ id: 6 }, ["list"], "text", good]))).toMatchObject([{ valueId: 5n }]);
    expect(node.local(stranger.id)).toHaveLength(1);
  });

  test("takes data written as text or numbers, and gives it out as bytes", () => {
    const odd = [
      { id: 7, dat: { body: { type: 0, data: "ab" } } },
      { id: 8, dat: { body: { type: 0, data: [1, 2] } } },
    ];
    expect(answersTo(put(odd))).toHaveLength(2);
    expect(node.local(stranger.id).map(({ data }) => [...data])).toEqual([
      [97, 98],
      [1, 2],
    ]);
  });

  test("takes a signature without owner for no signature", () => {
    const unsigned = { id: 9, dat: { body: { type: 0, data: Uint8Array.of(1) }, sig: new Uint8Array(8) } };
    answersTo(put([unsigned]));
    expect(node.local(stranger.id)[0]?.signature).toBeUndefined();
  });
});

describe("noise", () => {
  test("of any kind is dropped and counted, and the node goes on answering", () => {
    const random = new SeededRandom(3);
    const samples = [pack(ping()), pack({ ...ping(), q: "get", a: { id: id(), h: id() } })].map((bytes) =>
      Uint8Array.from(bytes),
    );
    for (let round = 0; round < 20_000; round++) {
      const sample = samples[round % samples.length] as Uint8Array;
      const bytes = round % 3 === 0 ? random.fill(new Uint8Array(random.uint32() % 200)) : sample.slice();
      if (round % 3 !== 0) for (let i = 0; i < 3; i++) bytes[random.uint32() % bytes.length] = random.uint32();
      node.dht.receive(bytes, stranger.address);
      if (round % 1000 === 0) net.scheduler.advance(1000);
    }
    net.scheduler.advance(20_000);
    expect(node.dht.traffic.dropped.malformed).toBeGreaterThan(5000);
    expect(stranger.ask(node, { kind: "ping" })).toHaveLength(1);
    expect(node.dht.stats(4).nodeCacheSize).toBeLessThan(2000);
  });

  test("the rig's own messages are well-formed", () => {
    expect(decodeMessage(Uint8Array.from(pack(ping()))).kind).toBe("ping");
    expect(InfoHash.fromBytes(id()).equals(stranger.id)).toBe(true);
  });
});
