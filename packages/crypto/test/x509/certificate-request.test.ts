import { type AlternativeName, CertificateRequest, MAX_REQUEST_BYTES, PrivateKey } from "@hashmere/crypto";
import { describe, expect, test } from "vitest";
import { KEYS } from "../identities.ts";

const alternativeNames: readonly AlternativeName[] = [
  { type: "dns", value: "example.org" },
  { type: "rfc822", value: "post@example.org" },
  { type: "uri", value: "urn:example" },
  { type: "ip", value: "192.0.2.1" },
  { type: "ip", value: "2001:db8::1" },
];

describe("a certificate request", () => {
  test("carries what was asked, signed by its key", async () => {
    const options = { name: "Device", uid: "uid", alternativeNames, challengePassword: "challenge" };
    const request = CertificateRequest.from((await CertificateRequest.create(KEYS.device, options)).pem());
    expect(request.subject.commonName).toBe("Device");
    expect(request.subject.uid).toBe("uid");
    expect(request.publicKey.equals(KEYS.device.publicKey)).toBe(true);
    expect(request.alternativeNames).toEqual(alternativeNames);
    expect(request.verify()).toBe(true);
  });

  test("is made for EC keys as well", async () => {
    expect((await CertificateRequest.create(await PrivateKey.generateEc("P-521"), { name: "EC" })).verify()).toBe(true);
  });

  test("is read under both of its labels", async () => {
    const pem = (await CertificateRequest.create(KEYS.device, { name: "x" })).pem();
    expect(pem).toContain("-----BEGIN NEW CERTIFICATE REQUEST-----");
    expect(CertificateRequest.from(pem.replaceAll("NEW CERTIFICATE", "CERTIFICATE")).pem()).toBe(pem);
  });

  test("with a wrong signature does not verify", async () => {
    const der = Buffer.from((await CertificateRequest.create(KEYS.device, { name: "Honest" })).der);
    der.write("Crooks", der.indexOf("Honest"));
    expect(CertificateRequest.from(pemOf(der)).verify()).toBe(false);
  });

  const malformed = expect.objectContaining({ code: "ERR_REQUEST_MALFORMED" });

  test.each([
    ["text", "request"],
    ["garbage", pemOf(Buffer.alloc(200, 0x30))],
    ["more than a request can be", pemOf(Buffer.alloc(MAX_REQUEST_BYTES + 1, 0x30))],
    ["a key", KEYS.device.publicKey.pem()],
  ])("is not read from %s", (_, data) => {
    expect(() => CertificateRequest.from(data)).toThrow(malformed);
  });

  test("is not read from DER, nor when it is cut short", async () => {
    const request = await CertificateRequest.create(KEYS.device, { name: "x", alternativeNames });
    expect(() => CertificateRequest.from(request.der)).toThrow(malformed);
    expect(() => CertificateRequest.from(pemOf(request.der.subarray(0, 300)))).toThrow(malformed);
  });
});

function pemOf(der: Uint8Array): string {
  const base64 = Buffer.from(der).toString("base64");
  return `-----BEGIN CERTIFICATE REQUEST-----\n${base64}\n-----END CERTIFICATE REQUEST-----\n`;
}
