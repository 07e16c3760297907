import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  Certificate,
  type CertificateOptions,
  CryptoError,
  generateCertificate,
  generateEcIdentity,
  type Identity,
  PrivateKey,
  RevocationList,
  renewCertificate,
  TrustList,
} from "@hashmere/crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Judge, type TrustAnswer, type TrustQuestion } from "../peers/judge.ts";

// Chains and revocation lists, made by us and by the real library: both judge them alike.

const DAY_MS = 86_400_000;

let judge: Judge;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hashmere-"));
  judge = new Judge();
  await judge.make(folder);
  await makeOurs();
});

afterAll(async () => {
  await judge[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

describe("of certificates that we made, both say", () => {
  test.each<[string, string, string[], string, TrustAnswer]>([
    ["a device under its root is trusted", "our-root", [], "our-device", 0],
    ["an RSA node under an elliptic curve authority is trusted", "our-curve", [], "our-node", 0],
    ["a certificate that is trusted itself is trusted", "our-alone", [], "our-alone", 0],
    ["a device whose authority took nothing back is trusted", "our-root", ["our-account"], "our-device", 0],
    ["a device that its account took back is revoked", "our-account", ["our-account"], "our-revoked", 34],
    ["an account that the root took back is revoked, with its devices", "our-root", ["our-root"], "our-lost", 34],
    ["a list of an authority that is not trusted counts for nothing", "our-curve", ["our-account"], "our-revoked", 66],
    [
      "a list that leaves out what the one before took back counts",
      "our-account",
      ["our-account", "odd-new"],
      "our-revoked",
      0,
    ],
    ["… in whatever order the lists come", "our-account", ["odd-new", "our-account"], "our-revoked", 0],
    ["a list from the future counts for nothing", "our-account", ["odd-future"], "our-revoked", 0],
    ["… and hides no other", "our-account", ["odd-future", "our-account"], "our-revoked", 34],
    ["a device is expired", "our-root", [], "our-expired", 1026],
    ["a device is not valid yet", "our-root", [], "our-early", 514],
    ["a device under an expired account is expired", "our-root", [], "our-orphan", 1026],
    ["the issuer of a device is unknown", "our-curve", [], "our-device", 66],
    ["the issuer of a self-signed certificate is unknown", "our-root", [], "our-alone", 66],
    ["without what is between it and the root, the issuer is unknown", "our-root", [], "our-device-alone", 66],
    ["without the root, an account is not enough", "our-curve", [], "our-device-rootless", 66],
    ["without the root in its chain, a device is trusted under it", "our-root", [], "our-device-rootless", 0],
    ["the issuer of a device's child is no authority", "our-root", [], "odd-child", 65_666],
    ["a signature is wrong", "our-root", [], "our-forged", 2050],
    ["a key of 1024 bits is too weak", "our-root", [], "our-weak", 258],
    ["a chain the wrong way round is none", "our-root", [], "our-reversed", "unreadable"],
    ["a chain with a gap is none", "our-root", [], "our-gap", "unreadable"],
    ["a chain with a stranger at its end is none", "our-root", [], "our-stranger", "unreadable"],
  ])("%s", async (_, anchor, lists, subject, code) => {
    const question = ask([anchor], [subject], lists);
    expect([await ourAnswer(question), await judge.verify(question)]).toEqual([code, code]);
  });
});

describe("whatever is trusted, the verdicts are the same", () => {
  test.each(["our-", "their-"])("of a chain, about %s… certificates", async (family) => {
    const certificates = await filesOf(family, ".crt");
    expect(certificates.length).toBeGreaterThan(5);
    for (const lists of [[], await filesOf(family, ".crl")]) {
      for (const anchor of certificates) {
        for (const subject of certificates) await expectAgreement(ask([anchor], [subject], lists));
      }
    }
  });

  // Certificates one by one, some of them renewals of others: every way to trust some of them.
  test("of any certificates, about any chain", async () => {
    const chains = ["D", "DA", "DAR", "DAr", "Da", "DaR", "Dar", "d", "dAR", "A", "AR", "Ar", "aR", "R", "r"];
    for (const trusted of subsets(["R", "r", "A", "a", "D", "d"])) {
      for (const chain of chains) await expectAgreement(ask(trusted.map(part), [...chain].map(part), []));
    }
  });

  test("and with revocation lists, ours is the stricter one: what is taken back stays so, also of a trusted authority, also by an old list", async () => {
    for (const trusted of subsets(["R", "r", "A", "a", "D", "d"])) {
      for (const chain of ["D", "DA", "DAR", "Da", "A", "AR"]) {
        for (const list of ["part-A", "part-D", "part-old"]) {
          const question = ask(trusted.map(part), [...chain].map(part), [list]);
          const [ours, theirs] = [await ourAnswer(question), await judge.verify(question)];
          expect(
            ours === theirs || (ours === 34 && theirs === 0),
            `${ours} ${theirs} ${JSON.stringify(question)}`,
          ).toBe(true);
        }
      }
    }
  });
});

async function expectAgreement(question: TrustQuestion): Promise<void> {
  expect(await ourAnswer(question), JSON.stringify(question)).toBe(await judge.verify(question));
}

/** The names of a family's files, without their end. */
async function filesOf(family: string, end: string): Promise<readonly string[]> {
  const files = await readdir(folder);
  return files
    .filter((file) => file.startsWith(family) && file.endsWith(end))
    .map((file) => file.slice(0, -end.length));
}

const part = (letter: string) => `part-${letter}`;

function subsets(letters: readonly string[]): string[][] {
  const all = Array.from({ length: 2 ** letters.length }, (_, mask) => mask);
  return all.map((mask) => letters.filter((_, index) => mask & (1 << index)));
}

function ask(anchors: readonly string[], chain: readonly string[], lists: readonly string[]): TrustQuestion {
  const certificates = (names: readonly string[]) => names.map((name) => join(folder, `${name}.crt`));
  return {
    anchors: certificates(anchors),
    chain: certificates(chain),
    lists: lists.map((name) => join(folder, `${name}.crl`)),
  };
}

async function ourAnswer({ anchors, chain, lists }: TrustQuestion): Promise<TrustAnswer> {
  const [trusted, revoked, links] = await Promise.all([anchors, lists, chain].map(readAll));
  const trust = new TrustList();
  try {
    for (const blob of trusted ?? []) trust.add(Certificate.from(blob));
    for (const blob of revoked ?? []) trust.add(RevocationList.from(blob));
    const [only, ...others] = links ?? [];
    return trust.verify(only && others.length === 0 ? Certificate.from(only) : Certificate.fromBlobs(links ?? [])).code;
  } catch (error) {
    if (error instanceof CryptoError) return "unreadable";
    throw error;
  }
}

function readAll(files: readonly string[]): Promise<Buffer[]> {
  return Promise.all(files.map((file) => readFile(file)));
}

async function makeOurs(): Promise<void> {
  const keys = await readKeys();
  const made = async (name: string, options: CertificateOptions = {}): Promise<Identity> => {
    const key = keys.pop();
    if (key === undefined) throw new TypeError("there are too few keys");
    return { key, certificate: await generateCertificate(key, { ...options, name }) };
  };
  const root = await made("Root");
  const account = await made("Account", { issuer: root, isCa: true });
  const lost = await made("Lost account", { issuer: root, isCa: true });
  const under = (name: string) => made(name, { issuer: account });
  const device = await under("Device");
  const revoked = await under("Revoked device");
  const curve = await generateEcIdentity("Curve");
  const node = await made("Node", { issuer: curve });
  const alone = await made("Alone", { isCa: false });
  const of = device.certificate;
  const expiredAccount = { ...account, certificate: await renewCertificate(account.certificate, root, -1) };
  // Nobody lets a device sign others, unless it poses as an authority of its own name and key meanwhile.
  const posing = { key: device.key, certificate: await generateCertificate(device.key, { name: "Device" }) };
  const child = await generateCertificate(node.key, { name: "Child", issuer: posing });
  const forged = Uint8Array.from(of.der);
  forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
  const pem = (...links: readonly Certificate[]) => links.map((link) => link.pem({ chain: false })).join("");
  const chains: Readonly<Record<string, string>> = {
    root: root.certificate.pem(),
    account: account.certificate.pem(),
    device: of.pem(),
    revoked: revoked.certificate.pem(),
    lost: (await generateCertificate(device.key, { name: "Lost device", issuer: lost })).pem(),
    curve: curve.certificate.pem(),
    node: node.certificate.pem(),
    alone: alone.certificate.pem(),
    expired: (await renewCertificate(of, account, -1)).pem(),
    early: (await generateCertificate(device.key, { issuer: account, now: new Date(Date.now() + DAY_MS) })).pem(),
    orphan: (await generateCertificate(device.key, { issuer: expiredAccount })).pem(),
    weak: (await generateCertificate(weakKey(), { issuer: account })).pem(),
    forged: Certificate.fromBlobs([forged, account.certificate.der, root.certificate.der]).pem(),
    "device-alone": pem(of),
    "device-rootless": pem(of, account.certificate),
    reversed: pem(...of.chain().reverse()),
    gap: pem(of, root.certificate),
    stranger: pem(...of.chain(), curve.certificate),
  };
  for (const [name, text] of Object.entries(chains)) await writeFile(join(folder, `our-${name}.crt`), text);
  await writeFile(join(folder, "odd-child.crt"), pem(child, ...of.chain()));
  const parts: Readonly<Record<string, Certificate>> = {
    R: root.certificate,
    r: await renewCertificate(root.certificate, root.key, -1),
    A: account.certificate,
    a: expiredAccount.certificate,
    D: of,
    d: await renewCertificate(of, account, -1),
  };
  for (const [name, certificate] of Object.entries(parts))
    await writeFile(join(folder, `part-${name}.crt`), pem(certificate));
  for (const [name, issuer, { certificate }, ahead] of [
    ["our-account", account, revoked, 0],
    ["our-root", root, lost, 0],
    ["part-A", root, account, 0],
    ["part-D", account, device, 0],
    ["odd-new", account, device, 2000],
    ["odd-future", account, device, DAY_MS],
  ] as const) {
    // The first ones are a little old, so that a second one can be newer.
    const now = new Date(Date.now() - 10_000 + ahead);
    const list = await RevocationList.sign(issuer, { revoke: [{ certificate }], now });
    await writeFile(join(folder, `${name}.crl`), list.pem());
  }
  const past = { now: new Date(Date.now() - 10_000), validity: 1 };
  const old = await RevocationList.sign(account, { revoke: [{ certificate: of }], ...past });
  await writeFile(join(folder, "part-old.crl"), old.pem());
}

/**
 * Always the same, as the library's verdict about renewals was another for some sets of keys: names hold the id of the key,
 * and it seems to look them up by a hash.
 */
async function readKeys(): Promise<PrivateKey[]> {
  const text = await readFile(new URL("verdict-keys.pem", import.meta.url), "utf8");
  return text.match(/-----BEGIN.*?-----END.*?-----\n/gs)?.map((pem) => PrivateKey.from(pem)) ?? [];
}

/** Of a length that we make no keys of. */
function weakKey(): PrivateKey {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
  return PrivateKey.from(privateKey.export({ type: "pkcs8", format: "pem" }));
}
