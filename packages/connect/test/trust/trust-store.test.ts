import { Certificate, generateCertificate, revoke } from "@hashmere/crypto";
import { beforeEach, expect, test } from "vitest";
import { KEYS, makeFamily } from "../../../crypto/test/identities.ts";
import { CertificateStore, longIdOf, shortIdOf, TrustStore } from "../../src/trust/index.ts";

const family = await makeFamily();
const device = family.device.certificate;
const device2 = family.device2.certificate;
const account = family.account.certificate;
const ca = family.ca.certificate;

let certificates: CertificateStore;
let trust: TrustStore;

beforeEach(async () => {
  certificates = await CertificateStore.open();
  trust = new TrustStore(certificates);
});

test("nobody is allowed before something was said", () => {
  expect(trust.isAllowed(device)).toBe(false);
  expect(trust.getCertificateStatus(longIdOf(device))).toBe("UNDEFINED");
});

test("who allows an authority allows all below it, and takes out whom he bans", async () => {
  await trust.setCertificateStatus(ca, "ALLOWED");
  await certificates.pinCertificate(device);
  const allowed = () => [ca, account, device, device2].map((certificate) => trust.isAllowed(certificate));
  expect(allowed()).toEqual([true, true, true, true]);
  expect(trust.getCertificateStatus(shortIdOf(device))).toBe("ALLOWED");

  await trust.setCertificateStatus(device, "BANNED");
  expect(allowed()).toEqual([true, true, false, true]);
  await trust.setCertificateStatus(device, "UNDEFINED");

  await trust.setCertificateStatus(account, "BANNED");
  expect(allowed()).toEqual([true, false, false, false]);
  expect(trust.getCertificateStatus(longIdOf(device))).toBe("BANNED");
  await trust.setCertificateStatus(account, "UNDEFINED");
  expect(allowed()).toEqual([true, true, true, true]);

  await trust.setCertificateStatus(ca, "BANNED");
  expect(allowed()).toEqual([false, false, false, false]);
});

test("allowing one device allows none of its siblings", async () => {
  await trust.setCertificateStatus(device, "ALLOWED");
  expect([trust.isAllowed(device), trust.isAllowed(device2)]).toEqual([true, false]);
});

test("what is said of an id counts once its certificate is known", async () => {
  await trust.setCertificateStatus(shortIdOf(account), "ALLOWED");
  expect(trust.isAllowed(device)).toBe(false);
  await certificates.pinCertificate(account);
  expect(trust.isAllowed(device)).toBe(true);
  await trust.setCertificateStatus(longIdOf(device), "BANNED");
  expect(trust.isAllowed(device)).toBe(false);
});

test("who allows everybody still wants a chain that holds, and whom he has not banned", async () => {
  expect(trust.isAllowed(device, { allowPublic: true })).toBe(true);
  const key = KEYS.device2;
  const expired = await generateCertificate(key, { issuer: family.account, now: new Date(0), validity: 60 });
  expect(trust.isAllowed(expired, { allowPublic: true })).toBe(false);
  await trust.setCertificateStatus(device, "BANNED");
  expect(trust.isAllowed(device, { allowPublic: true })).toBe(false);
});

test("what an allowed authority takes back is not allowed any more", async () => {
  const own = await makeFamily();
  await trust.setCertificateStatus(own.account.certificate, "ALLOWED");
  const list = await revoke(own.account, own.device.certificate);
  trust.addRevocationList(list);
  expect(trust.isAllowed(own.device.certificate)).toBe(false);
  expect(trust.isAllowed(own.device2.certificate)).toBe(true);
});

test("lists kept in the certificate store count as well", async () => {
  const own = await makeFamily();
  const list = await revoke(own.account, own.device.certificate);
  const fresh = Certificate.from(own.account.certificate.pem());
  await certificates.pinRevocationList(shortIdOf(fresh), list);
  await trust.setCertificateStatus(fresh, "ALLOWED");
  expect(trust.isAllowed(own.device.certificate)).toBe(false);
});
