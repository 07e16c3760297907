import type { Probe } from "./probe.ts";
import { ID_BYTES, mapIn, pack, plainValue, randomId, type WireMap, ZERO_ID } from "./wire.ts";

/** What a node owes to a datagram. A pong's `t` is the query's unless another is named. */
export type Expected =
  | { readonly kind: "silence" }
  | { readonly kind: "pong"; readonly t?: number }
  | { readonly kind: "reply" }
  | { readonly kind: "acknowledged"; readonly ids: readonly number[] }
  | { readonly kind: "error"; readonly code: number };

/** What the maker of an odd query may use. */
export interface Setting {
  readonly probe: Probe;
  readonly nodeId: Uint8Array;
  readonly token: Uint8Array;
  /** A key that nobody used before. */
  readonly key: Uint8Array;
}

export interface OddQuery {
  readonly name: string;
  readonly make: (setting: Setting) => WireMap | Uint8Array;
  readonly expected: Expected;
}

/** The network on which the table is run: queries name it where the probe does not make them. */
export const NETWORK = 4_021;

const silence: Expected = { kind: "silence" };
const pong: Expected = { kind: "pong" };
const reply: Expected = { kind: "reply" };
const error = (code: number): Expected => ({ kind: "error", code });
const acknowledged = (...ids: number[]): Expected => ({ kind: "acknowledged", ids });

const WRONG_TOKEN = new Uint8Array(32).fill(7);

/** The name of a query, how it is made, what it gets. Order does not matter: each has a key of its own. */
export const ODD_QUERIES: readonly OddQuery[] = [
  // The envelope
  ping("a good ping", {}, pong),
  ping("no y", { y: undefined }, pong),
  ping("no v", { v: undefined }, pong),
  ping("unknown keys beside the known", { zz: 1, x: { deep: [1, 2, { y: "r" }] } }, pong),
  ping("no t", { t: undefined }, { kind: "pong", t: 0 }),
  ping("y other than q", { y: "z" }, silence),
  ping("no a", { a: undefined }, silence),
  ping("a name that no query has", { q: "pong" }, silence),
  ping("no q", { q: undefined }, silence),
  ping("the name as bin", { q: Buffer.from("ping") }, pong),
  ping("a number as user agent", { v: 5 }, silence),
  ping("a number as client flag", { s: 1 }, silence),
  ping("another network", { n: 99 }, silence),
  ping("no network, at a node that has one", { n: undefined }, silence),
  ping("a network above 32 bits", { n: 2 ** 32 + NETWORK }, silence),
  odd("a key that is no text", ({ probe }) => withNumberKey(probe.query("ping")), pong),
  odd(
    "trailing bytes after the map",
    ({ probe }) => Buffer.concat([pack(probe.query("ping")), Buffer.from("tail")]),
    pong,
  ),
  odd("an empty datagram", () => new Uint8Array(0), silence),
  odd("an array", ({ probe }) => pack([probe.query("ping")]), silence),
  odd("a number", () => pack(7), silence),
  odd("a truncated map", ({ probe }) => pack(probe.query("ping")).subarray(0, -3), silence),
  odd("a map that claims 2^32 − 1 entries", () => Uint8Array.from([0xdf, 0xff, 0xff, 0xff, 0xff, 0xa1, 0x71]), silence),
  odd("an array nested 60,000 deep", () => new Uint8Array(60_000).fill(0x91), silence),

  // Transaction ids
  ping("t above 32 bits", { t: 2 ** 32 + 5 }, silence),
  ping("t below zero", { t: -1 }, silence),
  ping("t as four bytes", { t: Uint8Array.of(1, 2, 3, 4) }, { kind: "pong", t: 0x01020304 }),
  ping("t as text of four bytes", { t: "abcd" }, { kind: "pong", t: 0x61626364 }),
  ping("t as two bytes: padded at the end", { t: Uint8Array.of(1, 2) }, { kind: "pong", t: 0x01020000 }),
  ping("t as five bytes", { t: Uint8Array.of(1, 2, 3, 4, 5) }, silence),
  ping("t as an array", { t: [1] }, silence),

  // The sender's id
  ...(["ping", "find", "get"] as const).flatMap((name) => [
    sender(name, "of 19 bytes", () => new Uint8Array(ID_BYTES - 1).fill(1)),
    sender(name, "as hex text", () => "ab".repeat(ID_BYTES)),
    sender(name, "of zeros", () => ZERO_ID),
    sender(name, "that is the node's own", ({ nodeId }) => nodeId),
    sender(name, "missing", () => undefined),
  ]),

  // find and get
  odd("find without target", ({ probe }) => probe.query("find"), reply),
  odd("find with a target of 21 bytes", ({ probe }) => probe.query("find", { target: new Uint8Array(21) }), silence),
  odd("find that wants nothing", ({ probe, key }) => probe.query("find", { target: key, w: [] }), reply),
  odd("find that wants unknown families", ({ probe, key }) => probe.query("find", { target: key, w: [7, 99] }), reply),
  odd("find with wants that are no array", ({ probe, key }) => probe.query("find", { target: key, w: 2 }), silence),
  odd("get without key", ({ probe }) => probe.query("get"), error(203)),
  odd("get of the zero key", ({ probe }) => probe.query("get", { h: ZERO_ID }), error(203)),
  odd("get with an empty query", ({ probe, key }) => probe.query("get", { h: key, q: { s: [], w: [] } }), reply),
  odd("get with a query without s", ({ probe, key }) => probe.query("get", { h: key, q: { w: [] } }), silence),
  odd("get with a query without w", ({ probe, key }) => probe.query("get", { h: key, q: { s: [1] } }), silence),
  odd("get with a restriction on seq", ({ probe, key }) => restricted(probe, key, { f: 4, v: 1 }), silence),
  odd(
    "get with a restriction on id that is no number",
    ({ probe, key }) => restricted(probe, key, { f: 1, v: "x" }),
    silence,
  ),

  // put
  write("put without key", "put", { h: undefined, values: [plainValue(1, Buffer.from("x"))] }, error(203)),
  write("put at the zero key", "put", { h: ZERO_ID, values: [plainValue(1, Buffer.from("x"))] }, error(203)),
  write("put at the zero key with a wrong token", "put", { h: ZERO_ID, values: [], token: WRONG_TOKEN }, error(203)),
  write("put with a wrong token", "put", { values: [plainValue(1, Buffer.from("x"))], token: WRONG_TOKEN }, error(401)),
  write(
    "put with a token of other length",
    "put",
    { values: [plainValue(1, Buffer.from("x"))], token: Buffer.from("t") },
    error(401),
  ),
  write("put without token", "put", { values: [plainValue(1, Buffer.from("x"))], token: undefined }, error(401)),
  write("put with value id 0", "put", { values: [plainValue(0, Buffer.from("x"))] }, error(203)),
  write("put of nothing", "put", { values: [] }, silence),
  write(
    "put of three values",
    "put",
    { values: [1, 2, 3].map((id) => plainValue(id, Buffer.from("x"))) },
    acknowledged(1, 2, 3),
  ),
  write(
    "put of a value without dat among good ones",
    "put",
    { values: [good(1), { id: 9 }, good(2)] },
    acknowledged(1, 2),
  ),
  write("put of a text among values", "put", { values: [good(1), "text", good(2)] }, acknowledged(1, 2)),
  write(
    "put of a value with text as type",
    "put",
    { values: [{ id: 9, dat: { body: { type: "x", data: Buffer.from("y") } } }, good(2)] },
    acknowledged(2),
  ),
  write(
    "put of a value without data",
    "put",
    { values: [{ id: 9, dat: { body: { type: 0 } } }, good(2)] },
    acknowledged(2),
  ),
  write(
    "put of a value that has an owner and no signature",
    "put",
    { values: [ownedUnsigned(9), good(2)] },
    acknowledged(2),
  ),
  write(
    "put of a value created an hour ago",
    "put",
    { values: [good(1)], c: Math.floor(Date.now() / 1000) - 3_600 },
    acknowledged(1),
  ),

  // listen, refresh, update
  write("listen without key", "listen", { h: undefined, sid: 5, ve: 1 }, error(203)),
  write(
    "listen at the zero key with a wrong token",
    "listen",
    { h: ZERO_ID, sid: 5, ve: 1, token: WRONG_TOKEN },
    error(203),
  ),
  write("listen with a wrong token", "listen", { sid: 5, ve: 1, token: WRONG_TOKEN }, error(401)),
  write("refresh of a key that holds nothing", "refresh", { vid: 1 }, error(404)),
  write("refresh of the zero key", "refresh", { h: ZERO_ID, vid: 1 }, error(404)),
  write("refresh with a wrong token", "refresh", { vid: 1, token: WRONG_TOKEN }, error(401)),
  write("update for a socket that is not open", "update", { sid: 12_345, ve: 1, values: [good(1)] }, reply),

  // What nobody asked for
  odd("an unsolicited reply", ({ probe }) => ({ r: { id: probe.id }, t: 77, y: "r", v: "o2", n: NETWORK }), silence),
  odd(
    "an unsolicited error",
    ({ probe }) => ({ e: [401, "no"], r: { id: probe.id }, t: 77, y: "e", v: "o2", n: NETWORK }),
    silence,
  ),
  odd("a part of nothing", () => ({ n: NETWORK, y: "p", t: 77, p: { 0: { o: 0, d: Buffer.from("x") } } }), silence),
  odd("a part without parts", () => ({ n: NETWORK, y: "p", t: 77, p: {} }), silence),
];

/** What the answers to a datagram amount to, in the terms of the table. */
export function summarise(
  answers: readonly WireMap[],
): Expected | { readonly kind: "mixture"; readonly answers: readonly WireMap[] } {
  const [first] = answers;
  if (first === undefined) return { kind: "silence" };
  const bodies = answers.map((answer) => mapIn(answer, "r"));
  if (!bodies.every(({ id }) => id instanceof Uint8Array)) return { kind: "mixture", answers };
  if (Array.isArray(first.e) && answers.length === 1) return { kind: "error", code: Number(first.e[0]) };
  if (bodies.every(({ vid }) => vid !== undefined)) {
    return { kind: "acknowledged", ids: bodies.map(({ vid }) => Number(vid)).sort((a, b) => a - b) };
  }
  if (answers.length > 1 || !(bodies[0]?.sa instanceof Uint8Array)) return { kind: "mixture", answers };
  return { kind: "reply" };
}

function odd(name: string, make: OddQuery["make"], expected: Expected): OddQuery {
  return { name, make, expected };
}

function ping(name: string, changes: WireMap, expected: Expected): OddQuery {
  return odd(`ping: ${name}`, ({ probe }) => probe.query("ping", {}, changes), expected);
}

function sender(query: string, name: string, id: (setting: Setting) => unknown): OddQuery {
  return odd(
    `${query}: sender id ${name}`,
    (setting) => setting.probe.query(query, { target: setting.key, h: setting.key, id: id(setting) }),
    silence,
  );
}

function write(name: string, query: string, args: WireMap, expected: Expected): OddQuery {
  return odd(name, ({ probe, key, token }) => probe.query(query, { h: key, token, ...args }), expected);
}

function restricted(probe: Probe, key: Uint8Array, restriction: WireMap): WireMap {
  return probe.query("get", { h: key, q: { s: [], w: [restriction] } });
}

function good(id: number): WireMap {
  return plainValue(id, Buffer.from("good"));
}

function ownedUnsigned(id: number): WireMap {
  return { id, dat: { body: { seq: 0, owner: randomId(), type: 0, data: Buffer.from("x") } } };
}

/** The map with one more entry, whose key is the number 5. */
function withNumberKey(message: WireMap): Uint8Array {
  const packed = Buffer.from(pack(message));
  const entries = (packed[0] ?? 0) & 0x0f;
  return Buffer.concat([Uint8Array.of(0x80 | (entries + 1), 5, 6), packed.subarray(1)]);
}
