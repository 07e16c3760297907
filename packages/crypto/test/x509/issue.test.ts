import {
  CertificateRequest,
  certifyRequest,
  DEFAULT_VALIDITY_S,
  generateCertificate,
  PrivateKey,
  renewCertificate,
} from "@hashmere/crypto";
import { describe, expect, test } from "vitest";
import { KEYS, makeFamily } from "../identities.ts";
import { certificateOf, hex } from "../vectors.ts";

const NOW = new Date("2026-05-01T12:00:00.750Z");
const { ca, account, device } = await makeFamily(NOW);

describe("a generated certificate", () => {
  test("has the fields, extensions and order of one of OpenDHT's, byte for byte where nothing is random", async () => {
    const genuine = certificateOf("identity/ca");
    const ours = await generateCertificate(KEYS.ca, { name: "Vector CA", now: genuine.notBefore });
    const withoutChance = (der: Uint8Array) => {
      const bytes = Buffer.from(der);
      const serial = bytes.indexOf(Buffer.from([0x02, 0x08]));
      return Buffer.concat([bytes.subarray(0, serial), bytes.subarray(serial + 10, -256)]).toString("hex");
    };
    expect(withoutChance(ours.der)).toBe(withoutChance(genuine.der));
  });

  test("is self-signed and an authority when nobody else signs it", () => {
    expect(ca.certificate.isCa).toBe(true);
    expect(ca.certificate.isSignedBy(KEYS.ca.publicKey)).toBe(true);
    expect(ca.certificate.issuerName.equals(ca.certificate.subject)).toBe(true);
    expect(ca.certificate.chain()).toHaveLength(1);
  });

  test("is a leaf under an authority, unless asked otherwise", () => {
    expect(device.certificate.isCa).toBe(false);
    expect(account.certificate.isCa).toBe(true);
    expect(device.certificate.chain().map(({ subject }) => subject.commonName)).toEqual(["Device", "Account", "CA"]);
    expect(device.certificate.isSignedBy(KEYS.account.publicKey)).toBe(true);
    expect(device.certificate.isSignedBy(KEYS.ca.publicKey)).toBe(false);
  });

  test("carries the name, and the short id of its key as UID and key identifier", () => {
    const { subject, extensions } = device.certificate;
    expect(subject.commonName).toBe("Device");
    expect(subject.uid).toBe(hex(KEYS.device.publicKey.shortId()));
    expect(hex(extensions.subjectKeyId ?? new Uint8Array())).toBe(hex(KEYS.device.publicKey.shortId()));
    expect(extensions.authorityKeyId).toBeUndefined();
  });

  test("writes names beyond ASCII as UTF-8", async () => {
    const { subject } = await generateCertificate(KEYS.ca, { name: "Zoë @ 家" });
    expect(subject.commonName).toBe("Zoë @ 家");
  });

  test("is valid for ten years of whole seconds from now, or as long as asked", async () => {
    expect(device.certificate.notBefore).toEqual(new Date("2026-05-01T12:00:00Z"));
    const seconds = (device.certificate.notAfter.getTime() - device.certificate.notBefore.getTime()) / 1000;
    expect(seconds).toBe(DEFAULT_VALIDITY_S);
    const short = await generateCertificate(KEYS.ca, { now: NOW, validity: 60 });
    expect(short.notAfter).toEqual(new Date("2026-05-01T12:01:00Z"));
  });

  test("can outlive the year 2050, where dates are written another way", async () => {
    const long = await generateCertificate(KEYS.ca, { now: NOW, validity: 40 * 365 * 86_400 });
    expect(long.notAfter.getUTCFullYear()).toBe(2066);
    expect(Buffer.from(long.der).toString("latin1")).toMatch(/2066\d{10}Z/);
  });

  test("has a positive serial number of eight bytes", async () => {
    for (let round = 0; round < 20; round++) {
      const { serialNumber } = await generateCertificate(KEYS.ca);
      expect(serialNumber).toHaveLength(8);
      expect(serialNumber[0]).toBeGreaterThan(0);
      expect(serialNumber[0]).toBeLessThan(0x80);
    }
  });

  test("can't be signed by a leaf, nor with a key that is not the issuer's", async () => {
    const byLeaf = generateCertificate(KEYS.device2, { issuer: device });
    await expect(byLeaf).rejects.toMatchObject({ code: "ERR_ISSUER_NOT_CA" });
    const byStranger = generateCertificate(KEYS.device2, { issuer: { ...account, key: KEYS.ca } });
    await expect(byStranger).rejects.toMatchObject({ code: "ERR_KEY_MISMATCH" });
  });

  const RSA_SHA256 = "300d06092a864886f70d01010b0500";
  const ECDSA_SHA256 = "300a06082a8648ce3d040302";
  const ECDSA_SHA384 = "300a06082a8648ce3d040303";

  test("takes its digest from the subject's key, its scheme from the issuer's", async () => {
    const ecKey = await PrivateKey.generateEc();
    const ecCa = { key: ecKey, certificate: await generateCertificate(ecKey, { name: "EC CA" }) };
    expect(hex(ecCa.certificate.der)).toContain(ECDSA_SHA384);
    expect(hex(ca.certificate.der)).toContain(RSA_SHA256);
    const leaf = await generateCertificate(KEYS.device, { issuer: ecCa });
    expect(hex(leaf.der)).toContain(ECDSA_SHA256);
    expect(leaf.isSignedBy(ecKey.publicKey)).toBe(true);
  });
});

describe("a renewed certificate", () => {
  test("keeps key, names and extensions under another validity and serial number", async () => {
    const renewed = await renewCertificate(device.certificate, account, -100, NOW);
    expect(renewed.notAfter.getTime()).toBe(renewed.notBefore.getTime() - 100_000);
    expect(renewed.publicKey.equals(device.certificate.publicKey)).toBe(true);
    expect(renewed.subject.equals(device.certificate.subject)).toBe(true);
    expect(renewed.issuer?.equals(account.certificate)).toBe(true);
    expect(hex(renewed.serialNumber)).not.toBe(hex(device.certificate.serialNumber));
    expect(renewed.extensions).toEqual(device.certificate.extensions);
    expect(renewed.isSignedBy(KEYS.account.publicKey)).toBe(true);
  });

  test("is signed by its own key when it is self-signed, and by no other key alone", async () => {
    const renewed = await renewCertificate(ca.certificate, KEYS.ca, 60);
    expect(renewed.isCa).toBe(true);
    expect(renewed.isSignedBy(KEYS.ca.publicKey)).toBe(true);
    const byStranger = renewCertificate(device.certificate, KEYS.account, 60);
    await expect(byStranger).rejects.toMatchObject({ code: "ERR_KEY_MISMATCH" });
  });
});

describe("a certificate made from a request", () => {
  test("has the name and key of the request, and no extensions", async () => {
    const request = await CertificateRequest.create(KEYS.device2, { name: "Asked for", uid: "some-uid" });
    const certificate = await certifyRequest(request, account);
    expect(certificate.subject.commonName).toBe("Asked for");
    expect(certificate.subject.uid).toBe("some-uid");
    expect(certificate.publicKey.equals(KEYS.device2.publicKey)).toBe(true);
    expect(certificate.extensions.subjectKeyId).toBeUndefined();
    expect(certificate.isCa).toBe(false);
    expect(certificate.chain()).toHaveLength(3);
    expect(certificate.isSignedBy(KEYS.account.publicKey)).toBe(true);
  });

  test("is not made from a request that another key signed", async () => {
    const request = await CertificateRequest.create(KEYS.device2, { name: "Victim" });
    const der = Buffer.from(request.der);
    der[der.length - 1] = (der[der.length - 1] ?? 0) ^ 1;
    const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;
    const forged = CertificateRequest.from(pem);
    expect(forged.verify()).toBe(false);
    await expect(certifyRequest(forged, account)).rejects.toMatchObject({ code: "ERR_REQUEST_SIGNATURE" });
  });
});
