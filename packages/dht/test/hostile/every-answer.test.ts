import { beforeEach, describe, expect, test } from "vitest";
import { type TestNode, Testnet } from "../../src/testnet/index.ts";
import { Value } from "../../src/value/index.ts";
import { Stranger } from "../node/stranger.ts";
import { Entries, type Packable, type PackableObject, pack, Raw } from "../wire/pack.ts";
import { ID, KEY, query, reply, value } from "../wire/queries.ts";

/** What the protocol's tables say that a node answers to odd, wrong and refused messages, or that it doesn't. */

const ZERO = new Uint8Array(20);
const WRONG = new Uint8Array(32);
const SHORT = new Uint8Array(31);

const PONG = { kind: "reply", tid: 7 } as const;
const error = (code: number, text: string) => ({ kind: "error", code, text, tid: 7 });
const NO_KEY_FOR_GET = error(203, "Get_values with no info_hash");
const NO_KEY_FOR_LISTEN = error(203, "Listen with no info_hash");
const NO_KEY_FOR_PUT = error(203, "Put with no info_hash");
const INVALID_ID = error(203, "Put with invalid ID");
const WRONG_TOKEN_FOR_PUT = error(401, "Put with incorrect token");
const WRONG_TOKEN_FOR_LISTEN = error(401, "Listen with incorrect token");
const UNKNOWN_STORAGE = error(404, "Access operation for unknown storage");

let net: Testnet;
let node: TestNode;
let stranger: Stranger;
let token: Uint8Array;

beforeEach(() => {
  net = new Testnet({ latency: 1 });
  [node] = net.spawn(1) as [TestNode];
  stranger = new Stranger(net);
  token = stranger.token(node);
});

/** What the node sends back; it greets a newcomer with a ping, which is no answer. */
function answersTo(...datagrams: readonly Uint8Array[]) {
  const before = stranger.arrivals.length;
  for (const bytes of datagrams) stranger.sendBytes(node, bytes);
  net.scheduler.advance(100);
  return stranger.arrivals.slice(before).flatMap(({ message }) => (message.kind === "ping" ? [] : [message]));
}

const ping = (around: PackableObject = {}) => query("ping", {}, around);
const put = (values: readonly Packable[], args: PackableObject = {}) =>
  query("put", { h: KEY.bytes, values, token, ...args });
const listen = (args: PackableObject = {}) => query("listen", { h: KEY.bytes, token, sid: 3, ve: 1, ...args });
const refresh = (args: PackableObject = {}) => query("refresh", { h: KEY.bytes, token, vid: 5, ...args });
const part = (parts: Packable) => pack({ y: "p", t: 7, p: parts });

type Case = readonly [name: string, bytes: () => Uint8Array];

describe("answered", () => {
  const cases: readonly (readonly [...Case, answers: readonly object[]])[] = [
    ["ping", () => ping(), [PONG]],
    ["ping without y, t or v", () => pack({ a: { id: ID.bytes }, q: "ping" }), [{ kind: "reply", tid: 0 }]],
    ["ping with its name as bin", () => ping({ q: new TextEncoder().encode("ping") }), [PONG]],
    ["ping with network 0 written out", () => ping({ n: 0 }), [PONG]],
    ["ping with s false", () => ping({ s: false }), [PONG]],
    [
      "ping with keys of other types",
      () => pack(new Entries([1, 2], ["a", { id: ID.bytes }], ["q", "ping"], ["t", 7])),
      [PONG],
    ],
    ["ping with a tid of two bytes", () => ping({ t: Uint8Array.of(1, 2) }), [{ kind: "reply", tid: 0x0102_0000 }]],
    ["ping with a tid of text", () => ping({ t: "\0\0\0a" }), [{ kind: "reply", tid: 97 }]],
    ["ping with the largest tid", () => ping({ t: 0xffff_ffff }), [{ kind: "reply", tid: 0xffff_ffff }]],
    ["ping with bytes behind it", () => Uint8Array.of(...ping(), 0xc1, 0xff), [PONG]],
    ["find without target", () => query("find"), [{ ...PONG, token: expect.any(Uint8Array) }]],
    [
      "find that wants nobody",
      () => query("find", { w: [] }),
      [{ ...PONG, nodes4: undefined, token: expect.any(Uint8Array) }],
    ],
    [
      "find that wants families unheard of",
      () => query("find", { w: [99] }),
      [{ ...PONG, token: expect.any(Uint8Array) }],
    ],
    ["get without key", () => query("get"), [NO_KEY_FOR_GET]],
    ["get of the zero key", () => query("get", { h: ZERO }), [NO_KEY_FOR_GET]],
    [
      "get of an unknown key",
      () => query("get", { h: KEY.bytes }),
      [{ ...PONG, token: expect.any(Uint8Array), values: [] }],
    ],
    ["put without key, the token wrong", () => query("put", { values: [value(1)], token: WRONG }), [NO_KEY_FOR_PUT]],
    ["put under the zero key", () => put([value(1)], { h: ZERO }), [NO_KEY_FOR_PUT]],
    ["put without token", () => query("put", { h: KEY.bytes, values: [value(1)] }), [WRONG_TOKEN_FOR_PUT]],
    ["put with a wrong token", () => put([value(1)], { token: WRONG }), [WRONG_TOKEN_FOR_PUT]],
    ["put with a token too short", () => put([value(1)], { token: SHORT }), [WRONG_TOKEN_FOR_PUT]],
    ["put of value 0", () => put([value(0)]), [INVALID_ID]],
    ["put of value 0 behind another", () => put([value(1), value(0)]), [INVALID_ID]],
    ["put of a good value", () => put([value(1)]), [{ ...PONG, valueId: 1n }]],
    [
      "put of two",
      () => put([value(1), value(2)]),
      [
        { ...PONG, valueId: 1n },
        { ...PONG, valueId: 2n },
      ],
    ],
    ["put of one among broken ones", () => put([{ id: 1 }, "x", value(2), { dat: {} }]), [{ ...PONG, valueId: 2n }]],
    ["put of one that is too old", () => put([value(1)], { c: 1 }), [{ ...PONG, valueId: 1n }]],
    ["put of one from the future", () => put([value(1)], { c: 2 ** 40 }), [{ ...PONG, valueId: 1n }]],
    ["put of one too large beside a good one", () => put([65_569, value(2)]), [{ ...PONG, valueId: 2n }]],
    ["listen without key, the token wrong", () => query("listen", { token: WRONG, sid: 3 }), [NO_KEY_FOR_LISTEN]],
    ["listen to the zero key", () => listen({ h: ZERO }), [NO_KEY_FOR_LISTEN]],
    ["listen with a wrong token", () => listen({ token: WRONG }), [WRONG_TOKEN_FOR_LISTEN]],
    ["listen", () => listen(), [{ ...PONG, token: expect.any(Uint8Array) }]],
    ["refresh with a wrong token", () => refresh({ token: WRONG }), [WRONG_TOKEN_FOR_PUT]],
    ["refresh of an unknown key", () => refresh(), [UNKNOWN_STORAGE]],
    ["refresh of the zero key", () => refresh({ h: ZERO }), [UNKNOWN_STORAGE]],
    ["update for a socket that nobody opened", () => query("update", { sid: 9, re: [1, 2] }), [PONG]],
    ["update that says nothing", () => query("update"), [PONG]],
  ];

  test.each(cases)("%s", (_, bytes, expected) => {
    const answers = answersTo(bytes());
    expect(answers).toMatchObject(expected);
    expect(answers).toHaveLength(expected.length);
    for (const answer of answers) expect("id" in answer && answer.id.equals(node.id)).toBe(true);
  });

  test("refresh of an unknown value under a known key", () => {
    answersTo(put([value(1)]));
    expect(answersTo(refresh())).toMatchObject([{ ...PONG, valueId: 5n }]);
  });
});

describe("not answered", () => {
  const manyRestrictions = Array.from({ length: 1000 }, () => ({ f: 2, v: 0 }));
  const cases: readonly Case[] = [
    ["nothing", () => new Uint8Array()],
    ["a list", () => pack([1, 2])],
    ["a map without anything", () => pack({})],
    ["a query without name", () => pack({ a: { id: ID.bytes }, t: 7, y: "q" })],
    ["a query with a name of no known kind", () => query("dance")],
    ["a query with arguments that are no map", () => pack({ a: [1], q: "ping", t: 7, y: "q" })],
    ["another class", () => ping({ y: "z" })],
    ["a tid of five bytes", () => ping({ t: new Uint8Array(5) })],
    ["a tid beyond 32 bits", () => ping({ t: 2 ** 32 })],
    ["a negative tid", () => ping({ t: new Raw(0xff) })],
    ["a tid that is a list", () => ping({ t: [7] })],
    ["a program's name that is a number", () => ping({ v: 5 })],
    ["a client flag that is a number", () => ping({ s: 1 })],
    ["another network", () => ping({ n: 1 })],
    ["an id of 19 bytes", () => pack({ a: { id: ID.bytes.subarray(1) }, q: "ping", t: 7 })],
    ["an id as text", () => pack({ a: { id: ID.toString() }, q: "ping", t: 7 })],
    ["a key of 21 bytes", () => query("get", { h: new Uint8Array(21) })],
    ["a want that is no list", () => query("find", { w: 2 })],
    ["a query without s", () => query("get", { h: KEY.bytes, q: { w: [] } })],
    ["a query without w", () => query("get", { h: KEY.bytes, q: { s: [] } })],
    ["a condition on the sequence number", () => query("get", { h: KEY.bytes, q: { s: [], w: [{ f: 4, v: 1 }] } })],
    ["a thousand conditions", () => query("get", { h: KEY.bytes, q: { s: [], w: manyRestrictions } })],
    ["a put without values", () => put([])],
    ["a put whose values are all broken", () => put([{ id: 1 }, "x", 0])],
    ["a put of a value that is larger than any", () => put([65_569])],
    ["a reply that nobody asked for", () => reply({ token: WRONG })],
    ["an error that nobody asked for", () => pack({ e: [401, "no"], r: { id: ID.bytes }, t: 7, y: "e" })],
    ["an error without sender", () => pack({ e: [401, "no"], t: 7, y: "e" })],
    ["an older update that nobody asked for", () => pack({ u: { id: ID.bytes, token: WRONG, re: [1] }, t: 7, y: "r" })],
    ["a part of nothing", () => part(new Entries([0, { o: 0, d: Uint8Array.of(1) }]))],
    ["an empty part", () => part(new Entries([0, { o: 0, d: new Uint8Array() }]))],
    ["no parts", () => part({})],
    ["a part without place", () => part(new Entries([0, { d: Uint8Array.of(1) }]))],
  ];

  test.each(cases)("%s", (_, bytes) => {
    expect(answersTo(bytes())).toEqual([]);
    expect(answersTo(ping())).toHaveLength(1);
  });

  test("a put of which a value that came in parts is broken: the message is lost as a whole", () => {
    const packed = new Value({ id: 8n, data: new Uint8Array(700) }).getPacked();
    const header = put([value(1), packed.length]);
    const broken = packed.map((byte, index) => (index < 3 ? 0xc1 : byte));
    expect(answersTo(header, part(new Entries([1, { o: 0, d: broken }])))).toEqual([]);
    expect(answersTo(header, part(new Entries([1, { o: 0, d: packed }])))).toMatchObject([
      { valueId: 1n },
      { valueId: 8n },
    ]);
  });

  test("anybody who asks in the node's own name", () => {
    expect(answersTo(pack({ a: { id: node.id.bytes }, q: "ping", t: 7, y: "q" }))).toEqual([]);
    expect(answersTo(pack({ a: { id: ZERO }, q: "ping", t: 7, y: "q" }))).toEqual([]);
  });
});
