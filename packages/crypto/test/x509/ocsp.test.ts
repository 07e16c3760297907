import { readFileSync } from "node:fs";
import { Certificate, generateCertificate, MAX_OCSP_BYTES, OcspRequest, OcspResponse } from "@hashmere/crypto";
import { describe, expect, test } from "vitest";
import { KEYS } from "../identities.ts";
import { certificateOf, fromHex, hex } from "../vectors.ts";

interface OcspVector {
  readonly name: string;
  readonly certificate: string;
  readonly nonce_hex: string | null;
  readonly response_der_hex: string;
  readonly status: string;
}

const file: { vectors: OcspVector[] } = JSON.parse(
  readFileSync(new URL("../vectors/ocsp.json", import.meta.url), "utf8"),
);
const device = certificateOf("identity/device");
const AT = new Date("2026-12-01T00:00:00Z");
const DAY_MS = 86_400_000;

function vector(name: string): OcspVector {
  const found = file.vectors.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no vector ${name}`);
  return found;
}

const response = (name: string) => OcspResponse.from(fromHex(vector(name).response_der_hex));
const nonce = fromHex(vector("good").nonce_hex ?? "");
const failure = (code: string) => expect.objectContaining({ name: "CryptoError", code });

describe("an OCSP request", () => {
  test("asks with a nonce of 32 random bytes", () => {
    const [first, second] = [OcspRequest.create(device), OcspRequest.create(device)];
    expect(first.nonce).toHaveLength(32);
    expect(hex(first.der)).not.toBe(hex(second.der));
    expect(hex(OcspRequest.from(first.pack()).nonce ?? new Uint8Array())).toBe(hex(first.nonce ?? new Uint8Array()));
  });

  test("needs the issuer of the certificate", async () => {
    const alone = Certificate.from(device.pem({ chain: false }));
    expect(() => OcspRequest.create(alone)).toThrow(failure("ERR_ISSUER_MISSING"));
    const root = await generateCertificate(KEYS.ca);
    expect(() => OcspRequest.create(root)).toThrow(failure("ERR_ISSUER_MISSING"));
  });

  test.each([
    ["nothing", new Uint8Array()],
    ["garbage", Buffer.alloc(100, 0x30)],
    ["a certificate", device.der],
    ["a request cut short", OcspRequest.create(device).der.subarray(0, 60)],
    ["more than a message can be", Buffer.alloc(MAX_OCSP_BYTES + 1, 0x30)],
  ])("is not read from %s", (_, der) => {
    expect(() => OcspRequest.from(der)).toThrow(failure("ERR_OCSP_MALFORMED"));
  });
});

describe("an OCSP response", () => {
  test.each(["good", "revoked", "unknown"])("of a responder that says %s", (status) => {
    expect(response(status).verify(device, { nonce, at: AT })).toBe(status);
  });

  test("without nonce is for those who asked without one", () => {
    const answer = response("without-nonce");
    expect(answer.nonce).toBeUndefined();
    expect(answer.verify(device, { at: AT })).toBe("good");
    expect(() => answer.verify(device, { nonce, at: AT })).toThrow(failure("ERR_OCSP_NONCE"));
  });

  test("to another question is refused", () => {
    expect(() => response("good").verify(device, { nonce: new Uint8Array(32), at: AT })).toThrow(
      failure("ERR_OCSP_NONCE"),
    );
  });

  test("that someone else signed, or changed, is refused", async () => {
    expect(() => response("another-signer").verify(device, { nonce, at: AT })).toThrow(failure("ERR_OCSP_SIGNATURE"));
    const der = fromHex(vector("good").response_der_hex);
    const producedAt = Buffer.from(der).indexOf("2026", 0, "latin1");
    der[producedAt + 3] = 0x37;
    expect(() => OcspResponse.from(der).verify(device, { nonce, at: AT })).toThrow(failure("ERR_OCSP_SIGNATURE"));
  });

  test("about another certificate is refused", () => {
    const sister = certificateOf("identity/device2");
    expect(() => response("good").verify(sister, { nonce, at: AT })).toThrow(failure("ERR_OCSP_CERTIFICATE"));
  });

  test("about a certificate whose issuer is not known is refused", () => {
    const alone = Certificate.from(device.pem({ chain: false }));
    expect(() => response("good").verify(alone, { nonce, at: AT })).toThrow(failure("ERR_ISSUER_MISSING"));
  });

  test("is refused before its time and after it", () => {
    const years = (count: number) => new Date(AT.getTime() + count * 365 * DAY_MS);
    expect(() => response("good").verify(device, { nonce, at: years(-1) })).toThrow(failure("ERR_OCSP_EXPIRED"));
    expect(() => response("good").verify(device, { nonce, at: years(11) })).toThrow(failure("ERR_OCSP_EXPIRED"));
  });

  test("that is an error of the responder says which", () => {
    expect(() => OcspResponse.from(fromHex("30030a0106"))).toThrow(failure("ERR_OCSP_STATUS"));
    expect(() => OcspResponse.from(fromHex("30030a0106"))).toThrow("unauthorized");
  });

  test.each([
    ["nothing", new Uint8Array()],
    ["garbage", Buffer.alloc(100, 0x30)],
    ["success without content", fromHex("30030a0100")],
    ["a response cut short", fromHex(vector("good").response_der_hex).subarray(0, 200)],
    ["more than a message can be", Buffer.alloc(MAX_OCSP_BYTES + 1, 0x30)],
  ])("is not read from %s", (_, der) => {
    expect(() => OcspResponse.from(der)).toThrow(failure("ERR_OCSP_MALFORMED"));
  });
});
