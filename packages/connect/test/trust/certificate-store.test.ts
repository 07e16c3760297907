import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Certificate, RevocationList } from "@hashmere/crypto";
import { expect, test } from "vitest";
import { makeFamily } from "../../../crypto/test/identities.ts";
import { CertificateStore, certificateIds, longIdOf, shortIdOf } from "../../src/trust/index.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const family = await makeFamily();
const device = family.device.certificate;
const account = family.account.certificate;
const ca = family.ca.certificate;

/** A certificate without its issuers, as one that arrived alone. */
const alone = (certificate: Certificate) => Certificate.from(certificate.pem({ chain: false }));

test("a pinned certificate is found by both ids, and is there at the next start", async () => {
  const folder = await temporaryFolder();
  const store = await CertificateStore.open(folder);
  const ids = await store.pinCertificate(device);
  expect(ids).toEqual([device, account, ca].flatMap((link) => [...certificateIds(link)]));
  expect(await readFile(join(folder, "certificates", longIdOf(device)), "utf8")).toBe(device.pem());

  const reopened = await CertificateStore.open(folder);
  for (const id of certificateIds(device)) expect(reopened.getCertificate(id)?.equals(device)).toBe(true);
  expect(reopened.getCertificate(longIdOf(ca))?.equals(ca)).toBe(true);
});

test("one certificate counts twice", async () => {
  const store = await CertificateStore.open();
  await store.pinCertificate(alone(device));
  expect(store.getPinnedCertificates()).toHaveLength(2);
});

test("a chain pinned in pieces is linked when it is asked for, whatever the order", async () => {
  const store = await CertificateStore.open();
  for (const certificate of [ca, device, account]) await store.pinCertificate(alone(certificate));
  expect(store.getCertificate(longIdOf(device))?.chain()).toHaveLength(3);
});

test("a chain of which a link is missing is given as far as it goes", async () => {
  const store = await CertificateStore.open();
  await store.pinCertificate(alone(device));
  await store.pinCertificate(alone(ca));
  expect(store.getCertificate(longIdOf(device))?.chain()).toHaveLength(1);
});

test("files that don't hold what their name promises are deleted; short ids are names too", async () => {
  const folder = await temporaryFolder();
  const certificates = join(folder, "certificates");
  await mkdir(certificates);
  await writeFile(join(certificates, longIdOf(account)), device.pem());
  await writeFile(join(certificates, shortIdOf(ca)), ca.pem());
  await writeFile(join(certificates, longIdOf(device)), "no certificate");
  const store = await CertificateStore.open(folder);
  expect(await readdir(certificates)).toEqual([shortIdOf(ca)]);
  expect(store.getCertificate(longIdOf(ca))?.equals(ca)).toBe(true);
});

test("what is pinned for this run alone leaves no file", async () => {
  const folder = await temporaryFolder();
  const store = await CertificateStore.open(folder);
  await store.pinCertificate(device, { local: false });
  expect(await readdir(join(folder, "certificates"))).toEqual([]);
});

test("unpinning forgets the id that is named, and its file", async () => {
  const folder = await temporaryFolder();
  const store = await CertificateStore.open(folder);
  await store.pinCertificate(alone(device));
  expect(await store.unpinCertificate(longIdOf(device))).toBe(true);
  expect(await readdir(join(folder, "certificates"))).toEqual([]);
  expect(store.getCertificate(shortIdOf(device))).toBeDefined();
  expect(await store.unpinCertificate("../../etc/passwd")).toBe(false);
});

test("certificates are found by name, by unique id, and by whom they signed", async () => {
  const store = await CertificateStore.open();
  await store.pinCertificate(account);
  expect(store.findCertificateByName("Account")?.equals(account)).toBe(true);
  expect(store.findCertificateByUid(shortIdOf(ca))?.equals(ca)).toBe(true);
  expect(store.findIssuer(alone(device))?.equals(account)).toBe(true);
  expect(store.findIssuer(alone(ca))?.equals(ca)).toBe(true);
  expect(store.findCertificateByName("Nobody")).toBeUndefined();
});

test("certificates below a folder are read, and forgotten, as one", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "deeper"));
  await writeFile(join(folder, "deeper", "device.crt"), device.pem());
  await writeFile(join(folder, "notes.txt"), "no certificate");
  const store = await CertificateStore.open();
  expect(await store.pinCertificatePath(folder)).toHaveLength(6);
  expect(store.getCertificate(longIdOf(device))).toBeDefined();
  expect(store.unpinCertificatePath(folder)).toBe(6);
  expect(store.getPinnedCertificates()).toEqual([]);
});

test("roots are trusted one by one", async () => {
  const store = await CertificateStore.open();
  await store.pinCertificate(ca);
  expect(store.setTrustedCertificate(shortIdOf(ca), true)).toBe(true);
  expect(store.setTrustedCertificate(shortIdOf(device), true)).toBe(false);
  expect(store.getTrustedCertificates()).toHaveLength(1);
  store.setTrustedCertificate(longIdOf(ca), false);
  expect(store.getTrustedCertificates()).toEqual([]);
});

test("two revocation lists of one number are both kept; the same one is kept once; each goes alone", async () => {
  const folder = await temporaryFolder();
  const first = await RevocationList.sign(family.account, { number: 7n });
  const second = await RevocationList.sign(family.account, { number: 7n, revoke: [{ certificate: device }] });
  const id = shortIdOf(account);
  const store = await CertificateStore.open(folder);
  for (const list of [first, second, first]) await store.pinRevocationList(id, list);
  expect(store.getRevocationLists(id)).toHaveLength(2);
  expect(await readdir(join(folder, "crls", id))).toHaveLength(2);

  const reopened = await CertificateStore.open(folder);
  expect(await reopened.unpinRevocationList(id, first)).toBe(true);
  expect(await reopened.unpinRevocationList(id, first)).toBe(false);
  expect(reopened.getRevocationLists(id).map((list) => list.isRevoked(device))).toEqual([true]);
  expect(await readdir(join(folder, "crls", id))).toHaveLength(1);
});

test("a revocation list that an older program named by its number is read, and removed with the list", async () => {
  const folder = await temporaryFolder();
  const list = await RevocationList.sign(family.account, { number: 7n });
  const id = shortIdOf(account);
  await mkdir(join(folder, "crls", id), { recursive: true });
  await writeFile(join(folder, "crls", id, "07"), list.pack());
  const store = await CertificateStore.open(folder);
  await store.pinRevocationList(id, list);
  expect(await store.unpinRevocationList(id, list)).toBe(true);
  expect(await readdir(join(folder, "crls", id))).toEqual([]);
});

test("lists that come with a pinned chain are kept, and given to chains that come later", async () => {
  const revoking = await makeFamily();
  revoking.account.certificate.addRevocationList(
    await RevocationList.sign(revoking.account, { revoke: [{ certificate: revoking.device2.certificate }] }),
  );
  const store = await CertificateStore.open();
  await store.pinCertificate(revoking.account.certificate);
  const arrived = Certificate.from(revoking.device2.certificate.pem());
  store.loadRevocations(arrived);
  expect(arrived.issuer?.revocationLists).toHaveLength(1);
});

test("a store has a limit", async () => {
  const store = await CertificateStore.open(undefined, { maxIds: 6 });
  await store.pinCertificate(device);
  await expect(store.pinCertificate(family.device2.certificate)).rejects.toMatchObject({ code: "ERR_LIMIT" });
  await store.pinCertificate(device); // what is there may be pinned again
});

test("an id that could be a path is refused", async () => {
  const folder = await temporaryFolder();
  const store = await CertificateStore.open(folder);
  const list = await RevocationList.sign(family.account, {});
  await expect(store.pinRevocationList("../outside", list)).rejects.toMatchObject({ code: "ERR_INVALID_ID" });
  expect(existsSync(join(folder, "outside"))).toBe(false);
});

test("folders are made for everybody to read", async () => {
  const folder = await temporaryFolder();
  await CertificateStore.open(join(folder, "store"));
  expect((await readdir(join(folder, "store"))).sort()).toEqual(["certificates", "crls", "oscp"]);
  expect((await stat(join(folder, "store", "crls"))).mode & 0o777).toBe(0o755);
});
