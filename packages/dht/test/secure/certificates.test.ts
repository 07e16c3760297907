import { type Certificate, generateCertificate, renewCertificate, revoke, TrustList } from "@hashmere/crypto";
import { describe, expect, test } from "vitest";
import { InfoHash, PkId } from "../../src/id/index.ts";
import { MAX_CERTIFICATES_TRIED } from "../../src/secure/index.ts";
import { CertificateValue, Value } from "../../src/value/index.ts";
import { alice, bob, mallory } from "./people.ts";
import { nodeAt, secureNet } from "./secure-net.ts";

const bobKey = bob.key.publicKey;
const shortId = InfoHash.fromBytes(bobKey.shortId());
const longId = PkId.fromBytes(bobKey.longId());
const places = { upTo34: shortId, since35: InfoHash.get(longId) };

describe("a node with an identity", () => {
  test("publishes its certificate where nodes of either generation look, and tells when that is done", async () => {
    const announced: boolean[] = [];
    const net = await secureNet([{ identity: bob, onIdentityAnnounced: (ok) => void announced.push(ok) }]);
    for (const place of Object.values(places)) {
      const [value] = nodeAt(net, 3).plain.local(place);
      expect(value).toMatchObject({ id: 1n, type: 8, owner: undefined });
      expect(value?.unpack(CertificateValue)).toBe(bob.certificate.pem());
    }
    expect(announced).toEqual([true]);
  });

  test("publishes it once, and keeps it there", async () => {
    const net = await secureNet([{ identity: bob }]);
    nodeAt(net, 0).secure.onStatus();
    await net.net.advance("8d");
    expect(nodeAt(net, 3).plain.local(places.since35)).toHaveLength(1);
  });
});

describe("looking for a certificate", () => {
  test.each([
    ["short", shortId],
    ["long", longId],
  ])("finds it by the %s id", async (_, id) => {
    const net = await secureNet([{ identity: bob }]);
    expect(await nodeAt(net, 3).findCertificate(id)).toEqual(bob.certificate);
  });

  test("asks nobody for our own, nor for one that is known", async () => {
    const net = await secureNet([{ identity: bob }]);
    await nodeAt(net, 3).findCertificate(longId);
    net.net.crash([nodeAt(net, 1).plain, nodeAt(net, 2).plain]);
    const before = net.net.stats.sent;
    expect(nodeAt(net, 0).secure.id).toEqual(shortId);
    for (const index of [0, 3]) {
      const found: unknown[] = [];
      nodeAt(net, index).secure.findCertificate(shortId, (certificate) => found.push(certificate));
      expect(found).toEqual([bob.certificate]);
    }
    expect(net.net.stats.sent).toBe(before);
  });

  test("takes one that was registered", async () => {
    const net = await secureNet([]);
    nodeAt(net, 0).secure.registerCertificate(bob.certificate);
    expect(await nodeAt(net, 0).findCertificate(longId)).toBe(bob.certificate);
    expect(await nodeAt(net, 0).findPublicKey(shortId)).toBe(bob.certificate.publicKey);
  });

  test("asks the application's store first", async () => {
    const asked: unknown[] = [];
    const certificateStore = (id: unknown) => {
      asked.push(id);
      return [mallory.certificate, bob.certificate];
    };
    const net = await secureNet([{ certificateStore }]);
    expect(await nodeAt(net, 0).findCertificate(longId)).toBe(bob.certificate);
    expect(asked).toEqual([longId]);
  });

  test("goes on to the network when the store has nothing, or fails", async () => {
    const stores = [() => [], () => Promise.reject(new Error("no disk")), () => Promise.resolve([alice.certificate])];
    const net = await secureNet([{ identity: bob }, ...stores.map((certificateStore) => ({ certificateStore }))]);
    for (const index of [1, 2, 3]) expect(await nodeAt(net, index).findCertificate(longId)).toEqual(bob.certificate);
  });

  test("passes over certificates of other keys and what is none", async () => {
    const net = await secureNet([]);
    const lies = [
      CertificateValue.encode(mallory.certificate.pem()).withId(2n),
      new Value({ id: 3n, type: 8, data: Uint8Array.of(1) }),
    ];
    for (const lie of lies) await nodeAt(net, 1).plain.put(places.since35, lie);
    expect(await nodeAt(net, 1).findCertificate(longId)).toMatchObject({ code: "ERR_CERTIFICATE_MISMATCH" });
    await nodeAt(net, 1).plain.put(places.since35, CertificateValue.encode(bob.certificate.pem()));
    expect(await nodeAt(net, 1).findCertificate(longId)).toEqual(bob.certificate);
  });

  test.each([
    ["PEM without packing", new TextEncoder().encode(bob.certificate.pem())],
    ["DER without packing", bob.certificate.der],
  ])("understands %s", async (_, data) => {
    const net = await secureNet([]);
    await nodeAt(net, 0).plain.put(places.since35, new Value({ id: 1n, type: 8, data }));
    expect(await nodeAt(net, 0).findCertificate(longId)).toMatchObject({ der: bob.certificate.der });
  });

  test(`looks at ${MAX_CERTIFICATES_TRIED} at most`, async () => {
    const net = await secureNet([]);
    const { plain } = nodeAt(net, 0);
    for (let id = 1n; id <= MAX_CERTIFICATES_TRIED; id++) {
      await plain.put(places.since35, CertificateValue.encode(mallory.certificate.pem()).withId(id));
    }
    await plain.put(places.since35, CertificateValue.encode(bob.certificate.pem()).withId(9999n));
    expect(await nodeAt(net, 0).findCertificate(longId)).toMatchObject({ code: "ERR_CERTIFICATE_MISMATCH" });
  });

  test("that is cancelled tells nothing", async () => {
    const net = await secureNet([{ certificateStore: () => Promise.resolve([bob.certificate]) }]);
    const found: unknown[] = [];
    nodeAt(net, 0)
      .secure.findCertificate(longId, (certificate) => found.push(certificate))
      .cancel();
    await net.net.advance("30s");
    expect(found).toEqual([]);
  });
});

describe("with a trust list", () => {
  const now = new Date();

  test("a certificate under a trusted authority is taken", async () => {
    const ca = { key: mallory.key, certificate: await generateCertificate(mallory.key, { name: "CA", now }) };
    const certificate = await generateCertificate(bob.key, { name: "Bob", issuer: ca, now });
    expect(await findAs(trusting(ca.certificate), certificate)).toEqual(certificate);
  });

  test("one that has expired is not", async () => {
    const ca = { key: mallory.key, certificate: await generateCertificate(mallory.key, { name: "CA", now }) };
    const certificate = await renewCertificate(await generateCertificate(bob.key, { issuer: ca }), ca, -10);
    expect(await findAs(trusting(ca.certificate), certificate)).toMatchObject({ code: "ERR_CERTIFICATE_EXPIRED" });
  });

  test("one that was revoked is not", async () => {
    const ca = { key: mallory.key, certificate: await generateCertificate(mallory.key, { name: "CA", now }) };
    const certificate = await generateCertificate(bob.key, { name: "Bob", issuer: ca, now });
    await revoke(ca, certificate);
    expect(await findAs(trusting(ca.certificate), certificate)).toMatchObject({ code: "ERR_CERTIFICATE_REVOKED" });
  });

  test("one of an unknown authority is not, and nothing is encrypted for its key", async () => {
    const trust = trusting(alice.certificate);
    expect(await findAs(trust, await generateCertificate(bob.key))).toMatchObject({
      code: "ERR_CERTIFICATE_UNTRUSTED",
    });
    const net = await secureNet([
      { identity: alice, trust },
      { identity: { ...bob, certificate: await generateCertificate(bob.key) } },
    ]);
    const put = await nodeAt(net, 0).putEncrypted("inbox", longId, new Value());
    expect(put).toMatchObject({ ok: false, error: { code: "ERR_CERTIFICATE_UNTRUSTED" } });
  });

  async function findAs(trust: TrustList, published: Certificate): Promise<Certificate | Error> {
    const net = await secureNet([{ trust }, { identity: { key: bob.key, certificate: published } }]);
    return nodeAt(net, 0).findCertificate(longId);
  }
});

describe("the key of somebody from whom a value came", () => {
  const value = new Value({ id: 5n, data: Uint8Array.of(1) });

  test("is known from then on if the value was encrypted for us", async () => {
    const net = await secureNet([{ identity: alice }, { identity: bob }]);
    await nodeAt(net, 0).putEncrypted("inbox", bobKey, value);
    await nodeAt(net, 1).get("inbox");
    net.net.crash([nodeAt(net, 0).plain, nodeAt(net, 2).plain, nodeAt(net, 3).plain]);
    const found = await nodeAt(net, 1).findPublicKey(PkId.fromBytes(alice.key.publicKey.longId()));
    expect(found).toMatchObject({ kind: "rsa" });
  });

  test.each([
    [true, { kind: "rsa" }],
    [false, { code: "ERR_CERTIFICATE_NOT_FOUND" }],
  ])("is known if it was signed and cacheAllKeys is %s", async (cacheAllKeys, expected) => {
    const net = await secureNet([{ identity: alice }, { cacheAllKeys }]);
    await nodeAt(net, 0).putSigned("news", value);
    await nodeAt(net, 1).get("news");
    const place = InfoHash.get(PkId.fromBytes(alice.key.publicKey.longId()));
    net.net.crash([nodeAt(net, 0).plain, nodeAt(net, 2).plain, nodeAt(net, 3).plain]);
    nodeAt(net, 1).plain.dht.cancelPut(place, 1n);
    await net.net.advance("8d");
    const found = await nodeAt(net, 1).findPublicKey(PkId.fromBytes(alice.key.publicKey.longId()));
    expect(found).toMatchObject(expected);
  });
});

function trusting(certificate: Certificate): TrustList {
  const trust = new TrustList();
  trust.add(certificate);
  return trust;
}
