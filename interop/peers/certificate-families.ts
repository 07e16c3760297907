// Certificates and revocation lists to be judged, in files: `.crt` and `.crl`. A family's files begin alike.
import { generateKeyPairSync } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  Certificate,
  type CertificateOptions,
  generateCertificate,
  generateEcIdentity,
  generateIdentity,
  type Identity,
  PrivateKey,
  RevocationList,
  renewCertificate,
} from "@hashmere/crypto";
import { placeInTrustTable } from "./trust-table.ts";

const BITS = 2048;
const DAY_MS = 86_400_000;

/** Makes chains that hold and chains that don't (`our-`), parts of one (`part-`), odd ones (`odd-`), and revocation lists. */
export async function makeOurs(folder: string): Promise<void> {
  const root = await generateIdentity("Root", { bits: BITS });
  const account = await generateIdentity("Account", { bits: BITS, issuer: root, isCa: true });
  const lost = await generateIdentity("Lost account", { bits: BITS, issuer: root, isCa: true });
  const under = (name: string) => generateIdentity(name, { bits: BITS, issuer: account });
  const device = await under("Device");
  const revoked = await under("Revoked device");
  const curve = await generateEcIdentity("Curve");
  const node = await generateIdentity("Node", { bits: BITS, issuer: curve });
  const alone = await generateIdentity("Alone", { bits: BITS, isCa: false });
  const of = device.certificate;
  const expiredAccount = { ...account, certificate: await renewCertificate(account.certificate, root, -1) };
  // Nobody lets a device sign others, unless it poses as an authority of its own name and key meanwhile.
  const posing = { key: device.key, certificate: await generateCertificate(device.key, { name: "Device" }) };
  const child = await generateCertificate(node.key, { name: "Child", issuer: posing });
  const forged = Uint8Array.from(of.der);
  forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
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
  await writeParts(folder, "part", root, account, device);
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

/** Makes root, account and device, of whose names two share a place, and returns what their files are called. */
export async function makeSharing(folder: string, lower: string, upper: string): Promise<string> {
  const places = new Map<string, number>();
  const make = async (name: string, options: CertificateOptions = {}): Promise<Identity> => {
    const key = await PrivateKey.generate(BITS);
    for (let number = 1; ; number++) {
      const certificate = await generateCertificate(key, { ...options, name: `${name} ${number}` });
      const place = placeInTrustTable(certificate);
      const fits = [...places].every(([other, taken]) => (taken === place) === (name === lower && other === upper));
      if (!fits) continue;
      places.set(name, place);
      return { key, certificate };
    }
  };
  const root = await make("Root");
  const account = await make("Account", { issuer: root, isCa: true });
  const device = await make("Device", { issuer: account });
  const family = `${lower}-${upper}`;
  await writeParts(folder, family, root, account, device);
  return family;
}

/** Makes a family until no two of its names share a place: where they do, the library has verdicts of its own. */
export async function makeApart(folder: string, family: string, make: () => Promise<void>): Promise<void> {
  do await make();
  while (await sharePlaces(folder, family));
}

/** The names of a family's files, without their end. */
export async function familyFiles(folder: string, family: string, end: string): Promise<readonly string[]> {
  const files = await readdir(folder);
  return files
    .filter((file) => file.startsWith(family) && file.endsWith(end))
    .map((file) => file.slice(0, -end.length));
}

async function sharePlaces(folder: string, family: string): Promise<boolean> {
  const files = (await familyFiles(folder, family, ".crt")).map((name) => join(folder, `${name}.crt`));
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
  const blocks = texts.join("").match(/-----BEGIN.*?-----END.*?-----/gs) ?? [];
  const certificates = blocks.map((block) => Certificate.from(block));
  const places = new Map(certificates.map((certificate) => [`${certificate.subject}`, placeInTrustTable(certificate)]));
  return new Set(places.values()).size < places.size;
}

/** Each certificate by itself, under a capital letter, and an expired renewal of it. */
async function writeParts(
  folder: string,
  family: string,
  root: Identity,
  account: Identity,
  device: Identity,
): Promise<void> {
  const parts: Readonly<Record<string, Certificate>> = {
    R: root.certificate,
    r: await renewCertificate(root.certificate, root.key, -1),
    A: account.certificate,
    a: await renewCertificate(account.certificate, root, -1),
    D: device.certificate,
    d: await renewCertificate(device.certificate, account, -1),
  };
  for (const [letter, certificate] of Object.entries(parts))
    await writeFile(join(folder, `${family}-${letter}.crt`), pem(certificate));
}

function pem(...links: readonly Certificate[]): string {
  return links.map((link) => link.pem({ chain: false })).join("");
}

/** Of a length that we make no keys of. */
function weakKey(): PrivateKey {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
  return PrivateKey.from(privateKey.export({ type: "pkcs8", format: "pem" }));
}
