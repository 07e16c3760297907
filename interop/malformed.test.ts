import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startPeer } from "./peers/cast.ts";
import { endpointOf, type PeerKind } from "./peers/interop-peer.ts";
import { NETWORK, ODD_QUERIES, summarise } from "./probe/odd-queries.ts";
import { Probe } from "./probe/probe.ts";
import { mapIn, pack, plainValue, randomId, type WireMap } from "./probe/wire.ts";

// Odd and wrong datagrams: the real node says what the answer is, and ours gives the same.

const TARGETS: readonly PeerKind[] = ["dhtnode", "hashmere"];
/** What a value of a few hundred bytes takes beside its data. */
const PACKING_BYTES = pack(plainValue(3, new Uint8Array(300))).length - 300;

describe.each(TARGETS)("%s answers", (kind) => {
  const resources = new AsyncDisposableStack();
  let probe: Probe;
  let nodeId: Uint8Array;
  let token: Uint8Array;

  beforeAll(async () => {
    const node = resources.use(await startPeer(kind, { network: NETWORK }));
    probe = resources.use(await Probe.open(endpointOf(node), NETWORK));
    ({ nodeId, token } = await probe.introduce());
  });

  afterAll(() => resources.disposeAsync());

  test.each(ODD_QUERIES)("$name", async ({ make, expected }) => {
    const made = make({ probe, nodeId, token, key: randomId() });
    const datagram = made instanceof Uint8Array ? made : pack(made);
    const answers = await probe.ask(datagram);
    if (expected.kind === "pong") {
      const asked = made instanceof Uint8Array ? undefined : made.t;
      expect(summarise(answers)).toEqual({ kind: "reply" });
      expect(Object.keys(mapIn(answers[0] ?? {}, "r"))).toEqual(["id", "sa"]);
      if (expected.t !== undefined || asked !== undefined) expect(answers[0]?.t).toBe(expected.t ?? asked);
    } else {
      expect(summarise(answers)).toEqual(expected);
    }
  });

  test.each([
    ["text", "héllo", Buffer.from("héllo")],
    ["an array of numbers", [1, 2, 255], Buffer.of(1, 2, 255)],
  ])("data given as %s is stored and given back as bytes", async (_, given, stored) => {
    const key = randomId();
    await put(key, plainValue(3, given));
    expect(await valuesAt(key)).toEqual([plainValue(3, new Uint8Array(stored))]);
  });

  test("a signature without an owner is dropped from the stored value", async () => {
    const key = randomId();
    await put(key, { id: 3, dat: { body: { type: 0, data: Buffer.from("x") }, sig: Buffer.alloc(256) } });
    expect(await valuesAt(key)).toEqual([plainValue(3, bytes("x"))]);
  });

  test("an edit of an unsigned value is acknowledged and not made", async () => {
    const key = randomId();
    await put(key, plainValue(3, bytes("old")));
    await put(key, plainValue(3, bytes("new")));
    expect(await valuesAt(key)).toEqual([plainValue(3, bytes("old"))]);
  });

  test("a value that is already past its life is acknowledged and not stored; one from the future is stored", async () => {
    const key = randomId();
    const nowSeconds = Math.floor(Date.now() / 1000);
    await put(key, plainValue(3, bytes("old")), { c: nowSeconds - 3_600 });
    expect(await valuesAt(key)).toEqual([]);
    await put(key, plainValue(4, bytes("future")), { c: nowSeconds + 3_600 });
    expect(await valuesAt(key)).toEqual([plainValue(4, bytes("future"))]);
  });

  test("of values around one with id 0, those before it are stored and nothing is acknowledged", async () => {
    const key = randomId();
    const values = [plainValue(1, bytes("a")), plainValue(0, bytes("b")), plainValue(2, bytes("c"))];
    const answers = await probe.ask(pack(probe.query("put", { h: key, values, token })));
    expect(summarise(answers)).toEqual({ kind: "error", code: 203 });
    expect(await valuesAt(key)).toEqual([plainValue(1, bytes("a"))]);
  });

  test("refreshing an unknown value under a known key is acknowledged", async () => {
    const key = randomId();
    await put(key, plainValue(1, bytes("a")));
    const answers = await probe.ask(pack(probe.query("refresh", { h: key, vid: 999, token })));
    expect(summarise(answers)).toEqual({ kind: "acknowledged", ids: [999] });
  });

  test("599 packed bytes go inside the reply, 600 as a size with parts behind", async () => {
    for (const total of [599, 600]) {
      const key = randomId();
      const value = plainValue(3, new Uint8Array(total - PACKING_BYTES).fill(1));
      expect(pack(value)).toHaveLength(total);
      await put(key, value);
      const [header = {}, ...parts] = await probe.ask(pack(probe.query("get", { h: key })));
      expect(mapIn(header, "r").values).toEqual(total === 599 ? [value] : [600]);
      expect(parts).toHaveLength(total === 599 ? 0 : 1);
    }
  });

  test("50 values go as sizes, however small", async () => {
    const key = randomId();
    const values = Array.from({ length: 50 }, (_, id) => plainValue(id + 1, bytes("x")));
    await put(key, ...values);
    const [header = {}, ...parts] = await probe.ask(pack(probe.query("get", { h: key })));
    expect(mapIn(header, "r").values).toEqual(values.map((value) => pack(value).length));
    expect(parts).toHaveLength(50);
  });

  test("a value in parts is stored when the last part is there", async () => {
    const key = randomId();
    const value = plainValue(3, Buffer.alloc(2_000, 5));
    const [first, second, third] = inParts(key, value);
    expect(await probe.ask(first, second)).toEqual([]);
    expect(summarise(await probe.ask(third))).toEqual({ kind: "acknowledged", ids: [3] });
  });

  test("a reassembled value that does not parse loses the whole message", async () => {
    const key = randomId();
    const broken = { id: 3, dat: { body: { type: "none", data: Buffer.alloc(2_000) } } };
    expect(await probe.ask(...inParts(key, broken))).toEqual([]);
    expect(await valuesAt(key)).toEqual([]);
  });

  /** Puts from here; expects one acknowledgement for each value. */
  async function put(key: Uint8Array, ...items: readonly WireMap[]): Promise<void> {
    const values = items.filter((item) => item.id !== undefined);
    const args = Object.assign({}, ...items.filter((item) => item.id === undefined));
    const answers = await probe.ask(pack(probe.query("put", { h: key, values, token, ...args })));
    expect(summarise(answers)).toEqual({ kind: "acknowledged", ids: values.map(({ id }) => id) });
  }

  async function valuesAt(key: Uint8Array): Promise<unknown> {
    const [reply = {}] = await probe.ask(pack(probe.query("get", { h: key })));
    return mapIn(reply, "r").values ?? [];
  }

  /** A put in three datagrams: the announcement and two parts. */
  function inParts(key: Uint8Array, value: WireMap): [Uint8Array, Uint8Array, Uint8Array] {
    const packed = pack(value);
    const header = probe.query("put", { h: key, values: [packed.length], token });
    const part = (from: number, to?: number): Uint8Array => {
      const slice = packed.subarray(from, to);
      const slices = new Map([[0, { o: from, d: slice }]]);
      return packPart({ n: NETWORK, y: "p", t: header.t }, slices);
    };
    return [pack(header), part(0, 1_280), part(1_280)];
  }
});

/** Packs a part message: its inner map has numbers as keys, which the library would write as text. */
function packPart(envelope: WireMap, slices: ReadonlyMap<number, WireMap>): Uint8Array {
  const head = Buffer.from(pack({ ...envelope, p: {} })); // ends with the empty map of p
  const chunks: Uint8Array[] = [head.subarray(0, -1), Uint8Array.of(0x80 | slices.size)];
  for (const [index, slice] of slices) chunks.push(Uint8Array.of(index), pack(slice));
  return Buffer.concat(chunks);
}

function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text));
}
