import { generateCertificate, renewCertificate, revoke, TrustList } from "@hashmere/crypto";
import { describe, expect, test } from "vitest";
import { InfoHash, PkId } from "../../src/id/index.ts";
import { decryptValue } from "../../src/secure/index.ts";
import { CertificateValue, Value } from "../../src/value/index.ts";
import { Stranger } from "../node/stranger.ts";
import { alice, bob, mallory } from "./people.ts";
import { nodeAt, type SecureNet, secureNet } from "./secure-net.ts";
import { encryptedBy, signedBy, withBadSignature } from "./signed-values.ts";

// What is bad is refused by every node of a network, under a code that says why, and what they hold stays as it is.

const KEY = "letters";
const text = (data: string, init: { seq?: number } = {}) =>
  new Value({ id: 7n, data: new TextEncoder().encode(data), ...init });
const bobKey = bob.key.publicKey;
const bobId = PkId.fromBytes(bobKey.longId());
const bobPlace = InfoHash.get(bobId);
const sealed = encryptedBy(alice, bob, text("for Bob"));
const cutTo = (length: number) => sealed.with({ cypher: sealed.cypher?.slice(0, length) ?? new Uint8Array() });
const signed = signedBy(alice, text("Alice's", { seq: 5 }));
const certificate = CertificateValue.encode(bob.certificate.pem()).withId(1n);
const otherCertificate = CertificateValue.encode(mallory.certificate.pem()).withId(1n);

/** What a node holds, what is put over it, and why that is refused. */
const REFUSED_PUTS = [
  [signed, "a wrong signature", withBadSignature(signedBy(alice, text("x", { seq: 6 }))), "ERR_SIGNATURE_INVALID"],
  [signed, "a wrong owner", signedBy(bob, text("x", { seq: 6 })), "ERR_OWNER_MISMATCH"],
  [signed, "a seq that goes backwards", signedBy(alice, text("x", { seq: 4 })), "ERR_SEQ_BACKWARDS"],
  [signed, "other content under the same seq", signedBy(alice, text("x", { seq: 5 })), "ERR_SEQ_REUSED"],
  [signed, "an unsigned value over a signed one", text("x"), "ERR_UNSIGNED_EDIT"],
  [sealed, "a truncated ciphertext over the whole one", cutTo(600), "ERR_ENCRYPTED_EDIT"],
  [certificate, "a certificate for another key", otherCertificate, "ERR_CERTIFICATE_MISMATCH"],
] as const;
const REFUSED_CYPHERS = [
  ["cut within the encrypted part", cutTo(600), "ERR_DECRYPT"],
  ["cut within the first block", cutTo(100), "ERR_CIPHER_LENGTH"],
] as const;
const REFUSED_CHAINS = [
  ["expired", "ERR_CERTIFICATE_EXPIRED"],
  ["was revoked", "ERR_CERTIFICATE_REVOKED"],
] as const;

test("every kind of bad input has a code of its own", () => {
  const codes = [...REFUSED_PUTS, ...REFUSED_CYPHERS, ...REFUSED_CHAINS].map((row) => row.at(-1));
  expect(new Set(codes).size).toBe(codes.length);
});

describe("every node of a network that holds a value", () => {
  test.each(REFUSED_PUTS)("keeps it ($1) and counts $3", async (held, _, bad, code) => {
    const key = held === certificate ? bobPlace : InfoHash.get(KEY);
    const net = await secureNet([]);
    await putEverywhere(net, key, held);
    await putEverywhere(net, key, bad);
    for (const { plain } of net.nodes) {
      expect(plain.local(key).map((value) => value.getPacked())).toEqual([held.getPacked()]);
      expect(plain.dht.refusals).toMatchObject({ [code]: 1 });
    }
  });
});

test("a node that holds no certificate takes none of another key", async () => {
  const net = await secureNet([]);
  await putEverywhere(net, bobPlace, otherCertificate);
  for (const { plain } of net.nodes) {
    expect(plain.local(bobPlace)).toEqual([]);
    expect(plain.dht.refusals).toMatchObject({ ERR_CERTIFICATE_MISMATCH: 1 });
  }
});

describe("what a reader is given", () => {
  test.each(REFUSED_CYPHERS)("a ciphertext %s opens with an error of its own", async (_, value, code) => {
    await expect(decryptValue(value, bob.key)).rejects.toMatchObject({ code });
  });
});

describe("a chain that no longer holds", () => {
  const now = new Date();
  const authority = async () => ({ key: mallory.key, certificate: await generateCertificate(mallory.key, { now }) });

  test.each(REFUSED_CHAINS)("because it %s gets nothing encrypted, and stays stored as it is", async (fate, code) => {
    const ca = await authority();
    const valid = await generateCertificate(bob.key, { issuer: ca, now });
    const published = fate === "expired" ? await renewCertificate(valid, ca, -10) : valid;
    if (fate === "was revoked") await revoke(ca, published);
    const trust = new TrustList();
    trust.add(ca.certificate);
    const net = await secureNet([{ identity: alice, trust }, { identity: { key: bob.key, certificate: published } }]);
    const put = await nodeAt(net, 0).putEncrypted(KEY, bobId, text("secret"));
    expect(put).toMatchObject({ ok: false, error: { code } });
    for (const { plain } of net.nodes) expect(plain.local(KEY)).toEqual([]);
    expect(nodeAt(net, 3).plain.local(bobPlace)[0]?.unpack(CertificateValue)).toBe(published.pem());
  });
});

/** Puts a value on each node itself, as somebody who doesn't care what they hold. */
async function putEverywhere({ net, nodes }: SecureNet, key: InfoHash, value: Value): Promise<void> {
  const stranger = new Stranger(net);
  for (const { plain } of nodes) {
    const token = stranger.token(plain);
    stranger.ask(plain, { kind: "put", key, values: [value], announced: [], created: undefined, token });
  }
  await net.advance("1s");
}
