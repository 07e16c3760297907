import { describe, expect, test } from "vitest";
import { InfoHash, PkId } from "../../src/id/index.ts";
import { Value, Where } from "../../src/value/index.ts";
import { alice, bob, eve, mallory } from "./people.ts";
import { nodeAt, secureNet } from "./secure-net.ts";
import { encryptedBy, signedBy, withBadSignature } from "./signed-values.ts";

const KEY = "inbox";
const letter = new Value({ id: 7n, data: new TextEncoder().encode("for bob"), userType: "text/plain", priority: 1 });
const bobKey = bob.key.publicKey;

describe("an encrypted put", () => {
  test("to a key is read by its holder, with the writer's name, and by nobody else", async () => {
    const net = await secureNet([{ identity: alice }, { identity: bob }, { identity: mallory }]);
    expect(await nodeAt(net, 0).putEncrypted(KEY, bobKey, letter)).toMatchObject({ ok: true });
    const { values } = await nodeAt(net, 1).get(KEY);
    expect(values.map((value) => [value.id, value.text(), value.userType, value.priority])).toEqual([
      [7n, "for bob", "text/plain", 1],
    ]);
    expect(values[0]?.ownerId).toEqual(InfoHash.fromBytes(alice.key.publicKey.shortId()));
    expect(values[0]?.recipient).toEqual(InfoHash.fromBytes(bobKey.shortId()));
    expect((await nodeAt(net, 2).get(KEY)).values).toEqual([]);
    expect(nodeAt(net, 2).secure.dropped).toMatchObject({ undecryptable: 1 });
    expect((await nodeAt(net, 3).get(KEY)).values).toEqual([]);
    expect(nodeAt(net, 3).secure.dropped).toMatchObject({ unreadable: 1 });
  });

  test("shows nothing to those who store it but id and priority", async () => {
    const net = await secureNet([{ identity: alice }]);
    await nodeAt(net, 0).putEncrypted(KEY, bobKey, letter);
    const [stored] = nodeAt(net, 3).plain.local(KEY);
    expect(stored).toMatchObject({ id: 7n, type: 0, userType: "", owner: undefined, seq: 0, priority: 1 });
    expect(stored?.isEncrypted()).toBe(true);
  });

  test.each([
    ["short", InfoHash.fromBytes(bobKey.shortId())],
    ["long", PkId.fromBytes(bobKey.longId())],
  ])("to a %s id looks for the certificate of that key", async (_, id) => {
    const net = await secureNet([{ identity: alice }, { identity: bob }]);
    expect(await nodeAt(net, 0).putEncrypted(KEY, id, letter)).toMatchObject({ ok: true });
    expect((await nodeAt(net, 1).get(KEY)).values).toHaveLength(1);
  });

  test("to an id that nobody has a certificate for fails after the search", async () => {
    const net = await secureNet([{ identity: alice }]);
    expect(await nodeAt(net, 0).putEncrypted(KEY, PkId.get("nobody"), letter)).toMatchObject({
      ok: false,
      error: { code: "ERR_CERTIFICATE_NOT_FOUND" },
    });
  });

  test("fails without a private key, and to a key that isn't RSA", async () => {
    const net = await secureNet([{ identity: alice }]);
    expect(await nodeAt(net, 3).putEncrypted(KEY, bobKey, letter)).toMatchObject({
      error: { code: "ERR_NO_IDENTITY" },
    });
    expect(await nodeAt(net, 0).putEncrypted(KEY, eve.key.publicKey, letter)).toMatchObject({
      error: { code: "ERR_KEY_NOT_RSA" },
    });
  });
});

describe("an encrypted value that is found", () => {
  const cypher = (value: Value) => value.cypher ?? expect.unreachable("a cypher");

  test.each([
    ["cut short", letterToBob().with({ cypher: cypher(letterToBob()).slice(0, 300) })],
    ["shorter than a block", letterToBob().with({ cypher: cypher(letterToBob()).slice(0, 100) })],
    [
      "with a changed byte",
      letterToBob().with({ cypher: cypher(letterToBob()).map((byte, i) => (i === 400 ? byte ^ 1 : byte)) }),
    ],
    [
      "with a changed key block",
      letterToBob().with({ cypher: cypher(letterToBob()).map((byte, i) => (i === 40 ? byte ^ 1 : byte)) }),
    ],
    ["meant for another inside", readdressed()],
    ["signed wrongly inside", forgedInside()],
    ["with nothing sensible inside", letterToBob().with({ cypher: bobKey.encrypt(new Uint8Array(300)) })],
    ["without owner inside", letterToBob().with({ cypher: bobKey.encrypt(letter.getToEncrypt()) })],
  ])("%s is not delivered, and counted", async (_, value) => {
    const net = await secureNet([{ identity: bob }]);
    await nodeAt(net, 3).plain.put(KEY, value);
    const outcome = await nodeAt(net, 0).get(KEY);
    expect(outcome).toMatchObject({ ok: true, values: [] });
    expect(nodeAt(net, 0).secure.dropped).toEqual({ unreadable: 0, undecryptable: 1, forged: 0, unchecked: 0 });
  });

  test("meets the filter decrypted, but a Where as it travels", async () => {
    const net = await secureNet([{ identity: bob }]);
    await nodeAt(net, 3).plain.put(KEY, letterToBob());
    const found = async (options: Parameters<ReturnType<typeof nodeAt>["get"]>[1]) =>
      (await nodeAt(net, 0).get(KEY, options)).values.length;
    expect(await found({ filter: (value) => value.text() === "for bob" })).toBe(1);
    expect(await found({ filter: (value) => value.isEncrypted() })).toBe(0);
    expect(await found({ where: Where.all.userType("text/plain") })).toBe(0);
    expect(await found({ where: Where.all.userType("") })).toBe(1);
  });
});

function letterToBob(): Value {
  return encryptedBy(alice, bob, letter);
}

/** Encrypted for Bob, while the signed part says that it is for Mallory. */
function readdressed(): Value {
  const toMallory = signedBy(alice, letter.with({ recipient: InfoHash.fromBytes(mallory.key.publicKey.shortId()) }));
  return letterToBob().with({ cypher: bobKey.encrypt(toMallory.getToEncrypt()) });
}

function forgedInside(): Value {
  const toBob = signedBy(alice, letter.with({ recipient: InfoHash.fromBytes(bobKey.shortId()) }));
  return letterToBob().with({ cypher: bobKey.encrypt(withBadSignature(toBob).getToEncrypt()) });
}
