import { readFileSync } from "node:fs";
import {
  Certificate,
  generateCertificate,
  type Identity,
  MAX_TRUST_ANCHORS,
  PrivateKey,
  RevocationList,
  renewCertificate,
  revoke,
  TrustList,
} from "@hashmere/crypto";
import { describe, expect, test } from "vitest";
import { KEYS, makeFamily } from "../identities.ts";

const DAY_S = 86_400;

interface TrustVectors {
  readonly at: string;
  readonly certificates: Readonly<Record<string, string>>;
  readonly verdicts: readonly { verify: string; trusted: readonly string[]; result_bits: number }[];
}

const { ca, account, device, device2 } = await makeFamily();

/** A list that trusts single certificates, not their chains. */
function trusting(...identities: readonly { readonly certificate: Certificate }[]): TrustList {
  const trust = new TrustList();
  for (const { certificate } of identities) trust.add(Certificate.from(certificate.pem({ chain: false })));
  return trust;
}

const verdict = (trust: TrustList, certificate: Certificate) => {
  const { problems, code, isValid } = trust.verify(certificate);
  expect(isValid).toBe(code === 0);
  return { problems, code };
};
const TRUSTED = { problems: [], code: 0 };

describe("a certificate is trusted", () => {
  test("under its root, and under any authority of its chain", () => {
    for (const anchor of [ca, account]) expect(verdict(trusting(anchor), device.certificate)).toEqual(TRUSTED);
  });

  test("by itself, unless it comes with a chain that leads elsewhere", () => {
    const alone = Certificate.from(device.certificate.pem({ chain: false }));
    expect(verdict(trusting(device), alone)).toEqual(TRUSTED);
    expect(verdict(trusting(device), device.certificate)).toEqual({ problems: ["issuer-unknown"], code: 66 });
  });

  test("under every certificate of a chain that was added", () => {
    const trust = new TrustList();
    trust.add(device.certificate);
    expect(verdict(trust, device2.certificate)).toEqual(TRUSTED);
    expect(verdict(trust, account.certificate)).toEqual(TRUSTED);
  });

  test("without its chain, when its direct issuer is trusted", () => {
    const alone = Certificate.from(device.certificate.pem({ chain: false }));
    expect(verdict(trusting(account), alone)).toEqual(TRUSTED);
    expect(verdict(trusting(ca), alone)).toEqual({ problems: ["issuer-unknown"], code: 66 });
  });

  test("under an elliptic curve authority, as a node's own", async () => {
    const key = await PrivateKey.generateEc();
    const authority = { key, certificate: await generateCertificate(key, { name: "DHT Node CA" }) };
    const node = await generateCertificate(KEYS.device, { name: "DHT Node", issuer: authority });
    expect(verdict(trusting(authority), node)).toEqual(TRUSTED);
  });

  test("under the one of two authorities of the same name and key that has not expired", async () => {
    const expired = { certificate: await renewCertificate(ca.certificate, KEYS.ca, -1) };
    expect(verdict(trusting(expired, ca), account.certificate)).toEqual(TRUSTED);
    expect(verdict(trusting(ca, expired), account.certificate)).toEqual(TRUSTED);
  });
});

describe("of an authority and its renewals,", () => {
  const renewed = async (identity: Identity, signer: Identity | PrivateKey) => ({
    key: identity.key,
    certificate: await renewCertificate(identity.certificate, signer, -DAY_S),
  });

  test("the one in the chain counts, though the trusted one has expired", async () => {
    expect(verdict(trusting(ca, await renewed(account, ca)), device.certificate)).toEqual(TRUSTED);
  });

  test("the trusted one counts, though the one in the chain has expired", async () => {
    const under = await generateCertificate(KEYS.device, { issuer: await renewed(account, ca) });
    expect(verdict(trusting(ca, account), under)).toEqual(TRUSTED);
  });

  test("a trusted one is enough, though the authority above it has expired", async () => {
    expect(verdict(trusting(await renewed(ca, KEYS.ca), account), device.certificate)).toEqual(TRUSTED);
  });

  test("the valid one counts, whichever was trusted first and whichever the chain holds", async () => {
    const expired = await renewed(account, ca);
    const under = await generateCertificate(KEYS.device, { issuer: expired });
    for (const trust of [trusting(account, expired), trusting(expired, account)]) {
      for (const leaf of [device.certificate, under]) expect(verdict(trust, leaf)).toEqual(TRUSTED);
    }
  });

  test("an expired one in a chain of strangers is told of", async () => {
    const under = await generateCertificate(KEYS.device, { issuer: await renewed(account, ca) });
    const { problems, code } = verdict(new TrustList(), under);
    expect(problems).toEqual(["issuer-unknown", "expired"]);
    expect(code).toBe(1090);
  });
});

describe("a certificate is not trusted", () => {
  test("under nobody, or under a stranger", () => {
    expect(verdict(new TrustList(), device.certificate)).toEqual({ problems: ["issuer-unknown"], code: 66 });
    expect(verdict(trusting(device2), device.certificate)).toEqual({ problems: ["issuer-unknown"], code: 66 });
  });

  test("under a stranger who took the name of its issuer", async () => {
    const impostor = await generateCertificate(KEYS.device2, { name: "CA" });
    const renamed = Buffer.from(impostor.der).toString("latin1");
    const uid = (certificate: Certificate) => certificate.subject.uid;
    const der = Buffer.from(renamed.replaceAll(uid(impostor), uid(ca.certificate)), "latin1");
    const namesake = Certificate.from(der);
    expect(namesake.subject.equals(ca.certificate.subject)).toBe(true);
    expect(verdict(trusting({ certificate: namesake }), account.certificate)).toEqual({
      problems: ["signature-failure"],
      code: 2050,
    });
  });

  test("before and after its time", () => {
    const trust = trusting(ca);
    const { notBefore, notAfter } = device.certificate;
    const at = (time: number) => trust.verify(device.certificate, { at: new Date(time) }).code;
    expect(at(notBefore.getTime())).toBe(0);
    expect(at(notBefore.getTime() - 1)).toBe(514);
    expect(at(notAfter.getTime())).toBe(0);
    expect(at(notAfter.getTime() + 1)).toBe(1026);
  });

  test("when itself, an authority between, or the trusted one has expired", async () => {
    const expired = async (identity: Identity, signer: Identity | PrivateKey): Promise<Identity> => ({
      key: identity.key,
      certificate: await renewCertificate(identity.certificate, signer, -DAY_S),
    });
    const leaf = await expired(device, account);
    expect(verdict(trusting(ca), leaf.certificate)).toEqual({ problems: ["expired"], code: 1026 });
    const between = await expired(account, ca);
    const under = await generateCertificate(KEYS.device, { issuer: between });
    expect(verdict(trusting(ca), under)).toEqual({ problems: ["expired"], code: 1026 });
    const root = await expired(ca, KEYS.ca);
    expect(verdict(trusting(root), account.certificate)).toEqual({ problems: ["expired"], code: 1026 });
  });

  test("when a signature in its chain is wrong", () => {
    const der = Uint8Array.from(device.certificate.der);
    der[der.length - 1] = (der[der.length - 1] ?? 0) ^ 1;
    const forged = Certificate.fromBlobs([der, account.certificate.der]);
    expect(verdict(trusting(ca), forged)).toEqual({ problems: ["signature-failure"], code: 2050 });
  });

  test("when a leaf issued it", async () => {
    // No honest signer makes such a chain: the leaf poses as an authority of the same name and key while it signs.
    const posing = { key: KEYS.device, certificate: await generateCertificate(KEYS.device, { name: "Device" }) };
    const child = await generateCertificate(KEYS.device2, { name: "Child", issuer: posing });
    const chain = Certificate.fromBlobs([child.der, ...device.certificate.chain().map(({ der }) => der)]);
    const { problems, code } = verdict(trusting(ca), chain);
    expect(problems).toEqual(["issuer-not-ca", "issuer-constraints"]);
    expect(code).toBe(65_666);
  });
});

describe("the verdict of OpenDHT is the same", () => {
  const file: TrustVectors = JSON.parse(readFileSync(new URL("../vectors/trust.json", import.meta.url), "utf8"));
  const named = (name: string) => Certificate.from(file.certificates[name] ?? "");

  test.each(file.verdicts)("about $verify, trusting $trusted", ({ verify, trusted, result_bits }) => {
    const trust = new TrustList();
    for (const name of trusted) trust.add(named(name));
    expect(trust.verify(named(verify), { at: new Date(file.at) }).code).toBe(result_bits);
  });
});

describe("a revoked certificate", () => {
  const signing = async (issuer: Identity, revoked: Identity, now = new Date()) =>
    await RevocationList.sign(issuer, { revoke: [{ certificate: revoked.certificate }], now });

  test("is refused, and its sisters are not", async () => {
    const trust = trusting(account);
    expect(trust.add(await signing(account, device))).toBe(true);
    expect(verdict(trust, device.certificate)).toEqual({ problems: ["revoked"], code: 34 });
    expect(verdict(trust, device2.certificate)).toEqual(TRUSTED);
  });

  test("takes those below it along", async () => {
    const trust = trusting(ca);
    trust.add(await signing(ca, account));
    expect(verdict(trust, device.certificate)).toEqual({ problems: ["revoked"], code: 34 });
  });

  test("takes those below it along even when they are trusted", async () => {
    const trust = trusting(ca, account, device);
    trust.add(await signing(ca, account));
    expect(verdict(trust, device.certificate)).toEqual({ problems: ["revoked"], code: 34 });
  });

  test("is refused even when it is trusted by itself", async () => {
    const trust = trusting(account, device);
    trust.add(await signing(account, device));
    expect(verdict(trust, device.certificate)).toEqual({ problems: ["revoked"], code: 34 });
  });

  test("is known from a list attached to its issuer", async () => {
    const issuer = { ...account, certificate: Certificate.from(account.certificate.pem()) };
    await revoke(issuer, device.certificate);
    const trust = new TrustList();
    trust.add(issuer.certificate);
    expect(verdict(trust, device.certificate)).toMatchObject({ code: 34 });
  });

  test("stays revoked when the list that says so is old", async () => {
    const trust = trusting(account);
    const issued = new Date(Date.now() - 30 * DAY_S * 1000);
    trust.add(
      await RevocationList.sign(account, { revoke: [{ certificate: device.certificate }], now: issued, validity: 1 }),
    );
    expect(verdict(trust, device.certificate)).toMatchObject({ code: 34 });
  });

  test("is no longer revoked when a newer list leaves it out, in whatever order the lists come", async () => {
    const older = await signing(account, device, new Date(Date.now() - 10_000));
    const newer = await signing(account, device2);
    for (const lists of [
      [older, newer],
      [newer, older],
    ]) {
      const trust = trusting(account);
      for (const list of lists) trust.add(list);
      expect(verdict(trust, device.certificate)).toEqual(TRUSTED);
      expect(verdict(trust, device2.certificate)).toMatchObject({ code: 34 });
    }
  });

  test("is not hidden by a list from the future that leaves it out", async () => {
    const trust = trusting(account);
    expect(trust.add(await signing(account, device2, new Date(Date.now() + DAY_S * 1000)))).toBe(false);
    expect(trust.add(await signing(account, device))).toBe(true);
    expect(verdict(trust, device.certificate)).toMatchObject({ code: 34 });
  });

  test("is not believed from someone who is not trusted", async () => {
    const trust = trusting(ca);
    expect(trust.add(await signing(account, device))).toBe(false);
    expect(verdict(trust, device.certificate)).toEqual(TRUSTED);
  });
});

describe("a trust list", () => {
  test("forgets a certificate and those above it, or it alone", () => {
    const trust = new TrustList();
    trust.add(device.certificate);
    trust.remove(device.certificate, { parents: false });
    expect(verdict(trust, device.certificate)).toEqual(TRUSTED);
    trust.remove(device.certificate);
    expect(verdict(trust, device.certificate)).toMatchObject({ code: 66 });
  });

  test("holds a bounded number of certificates, each once", () => {
    const trust = new TrustList({ maxAnchors: 3 });
    trust.add(device.certificate);
    trust.add(device.certificate);
    expect(() => trust.add(device2.certificate)).toThrow(expect.objectContaining({ code: "ERR_TRUST_LIST_FULL" }));
    expect(MAX_TRUST_ANCHORS).toBe(4096);
  });

  test("says in words what is wrong", () => {
    expect(String(trusting(ca).verify(device.certificate))).toBe("the certificate is trusted");
    expect(String(new TrustList().verify(device.certificate))).toContain("its issuer is not trusted here");
  });
});
