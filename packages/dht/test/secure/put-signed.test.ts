import { describe, expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import { Value } from "../../src/value/index.ts";
import { alice, bob, eve } from "./people.ts";
import { nodeAt, secureNet } from "./secure-net.ts";

const KEY = "news";
const bytes = (text: string) => new TextEncoder().encode(text);
const news = (text: string) => new Value({ id: 7n, data: bytes(text) });
const ids = { alice: InfoHash.fromBytes(alice.key.publicKey.shortId()) };

describe("a signed put", () => {
  test("is read by others with its owner and sequence number 0", async () => {
    const net = await secureNet([{ identity: alice }]);
    const put = await nodeAt(net, 0).putSigned(KEY, news("first"));
    expect(put).toMatchObject({ ok: true, value: { id: 7n, seq: 0 } });
    const { values } = await nodeAt(net, 3).get(KEY);
    expect(values.map((value) => [value.text(), value.seq, value.isSigned()])).toEqual([["first", 0, true]]);
    expect(values[0]?.ownerId).toEqual(ids.alice);
  });

  test("under an id of ours is the next version, and replaces the earlier one everywhere", async () => {
    const net = await secureNet([{ identity: alice }]);
    await nodeAt(net, 0).putSigned(KEY, news("first"));
    const second = await nodeAt(net, 0).putSigned(KEY, news("second"));
    expect(second.value?.seq).toBe(1);
    for (const { plain } of net.nodes) {
      expect(plain.local(KEY).map((value) => [value.text(), value.seq])).toEqual([["second", 1]]);
    }
  });

  test("goes on from what another node of the same owner has put", async () => {
    const net = await secureNet([{ identity: alice }, { identity: alice }]);
    await nodeAt(net, 0).putSigned(KEY, news("from home"));
    expect((await nodeAt(net, 1).putSigned(KEY, news("from abroad"))).value?.seq).toBe(1);
  });

  test("keeps a greater sequence number that was given, and has none above 65535", async () => {
    const net = await secureNet([{ identity: alice }]);
    expect((await nodeAt(net, 0).putSigned(KEY, news("last").with({ seq: 65_535 }))).value?.seq).toBe(65_535);
    expect(await nodeAt(net, 0).putSigned(KEY, news("too many"))).toMatchObject({
      ok: false,
      error: { code: "ERR_SEQ_EXHAUSTED" },
    });
    expect((await nodeAt(net, 2).get(KEY)).values.map((value) => value.text())).toEqual(["last"]);
  });

  test("of two at the same time, both get a number of their own", async () => {
    const net = await secureNet([{ identity: alice }]);
    const node = nodeAt(net, 0);
    const puts = await Promise.all([node.putSigned(KEY, news("a")), node.putSigned(KEY, news("b"))]);
    expect(puts.map(({ value }) => value?.seq).sort()).toEqual([0, 1]);
  });

  test("does not follow what others have signed under the same id, and does not replace it", async () => {
    const net = await secureNet([{ identity: alice }, { identity: bob }]);
    await nodeAt(net, 0).putSigned(KEY, news("alice's"));
    const put = await nodeAt(net, 1).putSigned(KEY, news("bob's"));
    expect(put).toMatchObject({ ok: true, value: { seq: 0 } });
    expect(
      nodeAt(net, 3)
        .plain.local(KEY)
        .map((value) => value.text()),
    ).toEqual(["alice's"]);
    expect(nodeAt(net, 3).plain.dht.refusals.ERR_OWNER_MISMATCH).toBeGreaterThan(0);
  });

  test("draws an id for a value without one", async () => {
    const net = await secureNet([{ identity: alice }]);
    const { value } = await nodeAt(net, 0).putSigned(KEY, new Value(bytes("x")));
    expect(value?.id).toBeGreaterThan(0n);
  });

  test("fails at once without a private key, or with one that isn't RSA", async () => {
    const net = await secureNet([{}, { identity: eve }]);
    expect(await nodeAt(net, 0).putSigned(KEY, news("x"))).toMatchObject({
      ok: false,
      error: { code: "ERR_NO_IDENTITY" },
    });
    expect(await nodeAt(net, 1).putSigned(KEY, news("x"))).toMatchObject({
      ok: false,
      error: { code: "ERR_KEY_NOT_RSA" },
    });
  });

  test("fails for a value that is encrypted", async () => {
    const net = await secureNet([{ identity: alice }]);
    const encrypted = new Value({ id: 7n, cypher: bytes("x") });
    expect(await nodeAt(net, 0).putSigned(KEY, encrypted)).toMatchObject({
      ok: false,
      error: { code: "ERR_VALUE_ENCRYPTED" },
    });
  });

  test("is announced for ever if permanent, until it is cancelled", async () => {
    const { net, nodes } = await secureNet([{ identity: alice }]);
    const [node] = nodes;
    if (node === undefined) expect.unreachable("a node");
    const put = node.secure.putSigned(InfoHash.get(KEY), news("lasting"), { permanent: true });
    await net.advance("1h");
    expect(nodes[3]?.plain.local(KEY)).toHaveLength(1);
    put.cancel();
    await net.advance("11m");
    expect(nodes[3]?.plain.local(KEY)).toEqual([]);
  });

  test("that is cancelled while it looks around puts nothing and ends with ok: false", async () => {
    const { net, nodes } = await secureNet([{ identity: alice }]);
    const outcomes: boolean[] = [];
    const put = nodes[0]?.secure.putSigned(InfoHash.get(KEY), news("never"), { onDone: ({ ok }) => outcomes.push(ok) });
    put?.cancel();
    await net.advance("30s");
    expect(outcomes).toEqual([false]);
    expect(nodes.flatMap(({ plain }) => plain.local(KEY))).toEqual([]);
  });
});
