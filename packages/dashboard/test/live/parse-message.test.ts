import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_LISTENERS_NAMED, MAX_ROWS, MAX_VALUES_TOLD, parseMessage } from "../../page/live/parse-message.ts";
import type { DashboardMessage } from "../../src/messages.ts";

const ID = "0123456789abcdef0123456789abcdef01234567";
const PEER = { id: ID, family: 4, state: "good", lastSeen: 1, bucket: 0 } as const;
const LISTENER = { id: ID, address: "[2001:db8::1]:4222" };
const KEY = {
  key: ID,
  values: [{ id: "18446744073709551615", type: 0, size: 5, expires: 9 }],
  valueCount: 70_000,
  listeners: { own: 1, others: 2, named: [LISTENER] },
};

const MESSAGES: readonly DashboardMessage[] = [
  {
    kind: "node",
    id: ID,
    status4: "connected",
    status6: "disconnected",
    health: "connected",
    reason: "8 peers answer.",
    uptime: 5000,
  },
  { kind: "peers", peers: [PEER] },
  { kind: "traffic", at: 1000, in: { get: 1 }, out: {}, bytesIn: 10, bytesOut: 0 },
  {
    kind: "store",
    keys: [
      KEY,
      { ...KEY, listeners: { own: 0, others: 0, named: [] } },
      {
        ...KEY,
        values: [],
        valueCount: 0,
        listeners: { own: 0, others: 4000, named: new Array(MAX_LISTENERS_NAMED).fill(LISTENER) },
      },
    ],
  },
  { kind: "hop", lookup: "1", key: ID, step: "asked", address: "127.0.0.1:4222", at: 1 },
  { kind: "hop", lookup: "1", key: ID, step: "found", address: "127.0.0.1:4222", to: ID, from: ID, at: 1, count: 1 },
  { kind: "hop", lookup: "1", key: ID, step: "done", at: 2 },
];

describe("what a server says", () => {
  it.each(MESSAGES)("is understood: $kind", (message) => {
    expect(parseMessage(JSON.stringify(message))).toEqual(message);
  });

  it.each([
    "",
    "{",
    "null",
    "[]",
    "7",
    '{"kind":"weather"}',
    '{"kind":"node","id":7,"health":"connected","reason":"","uptime":0}',
    '{"kind":"node","id":"a","health":"splendid","reason":"","uptime":0}',
    '{"kind":"peers","peers":{}}',
    '{"kind":"traffic","at":0,"in":{"get":"many"},"out":{},"bytesIn":0,"bytesOut":0}',
    '{"kind":"store"}',
    '{"kind":"hop","lookup":"1","key":"a","step":"asked","at":1}',
  ])("is left out where it makes no sense: %s", (text) => {
    expect(parseMessage(text)).toBeUndefined();
  });

  it("loses only the rows that make no sense, and those beyond the limit", () => {
    const peers = [PEER, { ...PEER, state: "asleep" }, null];
    expect(parseMessage(JSON.stringify({ kind: "peers", peers }))).toEqual({ kind: "peers", peers: [PEER] });
    const many = parseMessage(JSON.stringify({ kind: "peers", peers: new Array(MAX_ROWS + 1).fill(PEER) }));
    expect(many?.kind === "peers" && many.peers.length).toBe(MAX_ROWS);
  });

  it.each([
    1,
    null,
    { own: 1, others: 1 },
    { own: -1, others: 0, named: [] },
    { own: 0.5, others: 0, named: [] },
    { own: 0, others: "1", named: [] },
    { own: 0, others: 0, named: [LISTENER] },
    { own: 0, others: 99, named: new Array(MAX_LISTENERS_NAMED + 1).fill(LISTENER) },
    { own: 0, others: 1, named: [{ ...LISTENER, id: "somebody" }] },
    { own: 0, others: 1, named: [{ id: ID }] },
    { own: 0, others: 1, named: [{ id: ID, address: "a".repeat(1000) }] },
  ])("leaves a key out whose listeners make no sense: %j", (listeners) => {
    const keys = [KEY, { ...KEY, listeners }];
    expect(parseMessage(JSON.stringify({ kind: "store", keys }))).toEqual({ kind: "store", keys: [KEY] });
  });

  it.each([undefined, -1, 0, "1"])("leaves a key out that says it has %j values, and shows one", (valueCount) => {
    const keys = [{ ...KEY, valueCount }, KEY];
    expect(parseMessage(JSON.stringify({ kind: "store", keys }))).toEqual({ kind: "store", keys: [KEY] });
  });

  it("leaves a key out that shows more values than it may", () => {
    const values = new Array(MAX_VALUES_TOLD + 1).fill(KEY.values[0]);
    const text = JSON.stringify({ kind: "store", keys: [{ ...KEY, values }] });
    expect(parseMessage(text)).toEqual({ kind: "store", keys: [] });
  });

  it("never throws", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void parseMessage(text)));
    const kinds = fc.constantFrom("node", "peers", "traffic", "store", "hop");
    const fields = fc.dictionary(
      fc.constantFrom("id", "peers", "in", "out", "keys", "to", "address", "step"),
      fc.jsonValue(),
    );
    fc.assert(fc.property(kinds, fields, (kind, rest) => void parseMessage(JSON.stringify({ ...rest, kind }))));
  });
});
