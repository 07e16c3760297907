import { beforeEach, describe, expect, test } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import type { SignatureOutcome } from "../../src/node/index.ts";
import { MAX_CHECKS_UNDER_WAY } from "../../src/node/signature-checks.ts";
import { createTestnet, type TestNode, type Testnet } from "../../src/testnet/index.ts";
import { Value, ValueTypeRegistry } from "../../src/value/index.ts";
import { type Question, Stranger } from "../node/stranger.ts";
import { alice, bob } from "./people.ts";
import { nodeAt, type SecureTestNode, secureNet } from "./secure-net.ts";
import { signedBy, withBadSignature } from "./signed-values.ts";

// What a node keeps of the signed values that strangers put there.

const key = InfoHash.get("key");
const plain = (text: string, id = 7n) => new Value({ id, data: new TextEncoder().encode(text) });
const first = signedBy(alice, plain("first").with({ seq: 5 }));

describe("a node that checks signatures", () => {
  let node: SecureTestNode;
  let put: (...values: Value[]) => number;

  beforeEach(async () => {
    const net = await secureNet([{}]);
    node = nodeAt(net, 0);
    const stranger = new Stranger(net.net);
    const token = stranger.token(node.plain);
    put = (...values) =>
      stranger.ask(node.plain, { kind: "put", key, values, announced: [], created: undefined, token }).length;
  });

  const held = () => node.plain.local(key).map((value) => value.text());
  const refusals = () => Object.entries(node.plain.dht.refusals).flatMap(([code, count]) => (count > 0 ? [code] : []));

  test("stores what is signed by its owner", () => {
    expect(put(first)).toBe(1);
    expect(held()).toEqual(["first"]);
  });

  test("acknowledges a forged value and does not store it", () => {
    expect(put(withBadSignature(first))).toBe(1);
    expect(put(first.withData(Uint8Array.of(1)))).toBe(1);
    expect(put(first.with({ owner: bob.key.publicKey.der() }))).toBe(1);
    expect(put(first.with({ owner: Uint8Array.of(1, 2, 3) }))).toBe(1);
    expect(held()).toEqual([]);
    expect(node.plain.dht.refusals.ERR_SIGNATURE_INVALID).toBe(4);
  });

  test.each([0, 1, 3, 4, 5])("does so for type %i", (type) => {
    put(withBadSignature(signedBy(alice, plain("x").with({ type }))));
    expect(held()).toEqual([]);
  });

  test("stores what it is told of a type that nobody registered, whatever the signature: readers check", async () => {
    put(withBadSignature(signedBy(alice, plain("x").with({ type: 99 }))));
    expect(held()).toEqual(["x"]);
    expect((await node.get("key")).values).toEqual([]);
  });

  test("takes the owner's next version", () => {
    put(first);
    put(signedBy(alice, plain("second").with({ seq: 6 })));
    expect(held()).toEqual(["second"]);
  });

  test.each([
    ["with a wrong signature", withBadSignature(signedBy(alice, plain("x").with({ seq: 6 }))), "ERR_SIGNATURE_INVALID"],
    ["of another owner", signedBy(bob, plain("x").with({ seq: 6 })), "ERR_OWNER_MISMATCH"],
    ["of an earlier version", signedBy(alice, plain("x").with({ seq: 4 })), "ERR_SEQ_BACKWARDS"],
    ["of the same version", signedBy(alice, plain("x").with({ seq: 5 })), "ERR_SEQ_REUSED"],
    ["without signature", plain("x"), "ERR_UNSIGNED_EDIT"],
    ["encrypted", new Value({ id: 7n, cypher: Uint8Array.of(1) }), "ERR_UNSIGNED_EDIT"],
  ])("refuses an edit %s, and keeps what it has", (_, edit, code) => {
    put(first);
    expect(put(edit)).toBe(1);
    expect(held()).toEqual(["first"]);
    expect(refusals()).toEqual([code]);
  });

  test("looks at no signature whose value it would refuse anyway, or has already", () => {
    put(first);
    const { verified } = node.operations;
    put(first);
    put(signedBy(bob, plain("x").with({ seq: 6 })));
    put(signedBy(alice, plain("x").with({ seq: 4 })));
    expect(node.operations.verified).toBe(verified);
  });

  test("refuses its own user an unsigned value over a signed one", async () => {
    put(first);
    expect(await node.plain.put(key, plain("x"))).toMatchObject({ ok: false, error: { code: "ERR_UNSIGNED_EDIT" } });
    expect(held()).toEqual(["first"]);
  });
});

describe("a node whose checks take time", () => {
  let net: Testnet;
  let node: TestNode;
  let stranger: Stranger;
  let checks: ((outcome: SignatureOutcome) => void)[];
  let question: (...values: Value[]) => Question;
  const types = new ValueTypeRegistry();
  types.register({ id: 77, name: "short", expirationMs: 1000 });

  beforeEach(async () => {
    checks = [];
    net = await createTestnet({
      nodes: 1,
      config: {
        types,
        maxReqPerSec: -1,
        maxPeerReqPerSec: -1,
        checkSignature: (_value, _source, onOutcome) => void checks.push(onOutcome),
      },
    });
    node = net.node(0);
    stranger = new Stranger(net);
    const token = stranger.token(node);
    question = (...values) => ({ kind: "put", key, values, announced: [], created: undefined, token });
  });

  const settle = (outcome: SignatureOutcome) => {
    for (const tell of checks.splice(0)) tell(outcome);
    net.scheduler.advance(5);
  };
  const acknowledged = () =>
    stranger.arrivals.filter(({ message }) => message.kind === "reply" && message.valueId === 7n);

  test("stores, tells listeners and acknowledges, in this order, when the outcome is there", () => {
    const seen: number[] = [];
    node.dht.listen(key, { onValues: () => void seen.push(acknowledged().length) });
    expect(stranger.ask(node, question(first))).toEqual([]);
    expect(node.local(key)).toEqual([]);
    settle("valid");
    expect(node.local(key)).toEqual([first]);
    expect(seen).toEqual([0]);
    expect(acknowledged()).toHaveLength(1);
  });

  test("answers others meanwhile", () => {
    stranger.ask(node, question(first));
    expect(stranger.ask(node, { kind: "ping" })).toHaveLength(1);
    expect(stranger.ask(node, question(plain("plain", 8n)))).toMatchObject([{ valueId: 8n }]);
  });

  test("acknowledges a put of several values when the last is decided on", () => {
    stranger.ask(node, question(plain("plain", 8n), first, signedBy(alice, plain("too", 9n))));
    expect(node.local(key).map(({ id }) => id)).toEqual([8n]);
    checks.shift()?.("invalid");
    net.scheduler.advance(5);
    expect(acknowledged()).toEqual([]);
    settle("valid");
    expect(acknowledged()).toHaveLength(1);
    expect(node.local(key).map(({ id }) => id)).toEqual([8n, 9n]);
  });

  test("leaves a put unanswered that it had no room to check: the sender will send it again", () => {
    stranger.ask(node, question(first));
    settle("busy");
    expect(acknowledged()).toEqual([]);
    stranger.ask(node, question(first));
    settle("valid");
    expect(acknowledged()).toHaveLength(1);
  });

  test("of two versions whose checks end in the wrong order, keeps the later one", () => {
    const second = signedBy(alice, plain("second").with({ seq: 6 }));
    stranger.ask(node, question(first));
    stranger.ask(node, question(second));
    const [older, newer] = checks;
    newer?.("valid");
    older?.("valid");
    expect(node.local(key)).toEqual([second]);
  });

  test("never stores unchecked what it refused on arrival, even if the reason has gone by then", async () => {
    stranger.ask(node, question(plain("in the way").with({ type: 77 })));
    const late = withBadSignature(first);
    stranger.ask(node, question(late, signedBy(alice, plain("x", 9n))));
    await net.advance("2s");
    settle("valid");
    expect(node.local(key).map(({ id }) => id)).toEqual([9n]);
  });

  test("has a bounded number of checks under way, and answers nobody beyond", () => {
    const many = Array.from({ length: 64 }, (_, index) => first.withId(BigInt(index + 100)));
    for (let sent = 0; sent < MAX_CHECKS_UNDER_WAY; sent += many.length) stranger.ask(node, question(...many));
    expect(checks).toHaveLength(MAX_CHECKS_UNDER_WAY);
    expect(stranger.ask(node, question(first))).toEqual([]);
    expect(checks).toHaveLength(MAX_CHECKS_UNDER_WAY);
    settle("valid");
    stranger.ask(node, question(first));
    expect(checks).toHaveLength(1);
  });

  test("stores nothing when it has ended meanwhile", () => {
    stranger.ask(node, question(first));
    node.crash();
    expect(() => settle("valid")).not.toThrow();
    expect(acknowledged()).toEqual([]);
  });
});
