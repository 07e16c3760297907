import { Certificate, MAX_REVOCATION_LIST_BYTES, MAX_REVOCATIONS, RevocationList, revoke } from "@hashmere/crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeFamily } from "../identities.ts";
import { bytes, certificateOf, hex, keyOf, vector } from "../vectors.ts";

const NOW = new Date("2026-05-01T12:00:00.750Z");
const { ca, account, device, device2 } = await makeFamily(NOW);
const numberOf = ({ number }: RevocationList) => BigInt(`0x${hex(number)}`);

/** The device's certificate under another serial number; its signature matters to nobody here. */
function withSerial(serial: number): Certificate {
  const der = Buffer.from(device.certificate.der);
  der.writeUInt32BE(serial, der.indexOf(device.certificate.serialNumber) + 4);
  return Certificate.from(der);
}

describe("a revocation list", () => {
  test("names the revoked certificates of its issuer", async () => {
    const list = await RevocationList.sign(account, { revoke: [{ certificate: device.certificate }] });
    expect(list.isRevoked(device.certificate)).toBe(true);
    expect(list.isRevoked(device2.certificate)).toBe(false);
    expect(list.size).toBe(1);
    expect(list.isSignedBy(account.certificate)).toBe(true);
    expect(list.isSignedBy(ca.certificate)).toBe(false);
  });

  test("says nothing about a certificate of another issuer with the same serial number", async () => {
    const list = await RevocationList.sign(ca, { revoke: [{ certificate: device.certificate }] });
    expect(list.isRevoked(device.certificate)).toBe(false);
  });

  test("keeps negative serial numbers as they are", async () => {
    const identity = { key: keyOf("identity/account"), certificate: certificateOf("identity/account") };
    const negative = certificateOf("identity/device2");
    const list = await RevocationList.sign(identity, { revoke: [{ certificate: negative }] });
    expect(RevocationList.from(list.der).isRevoked(negative)).toBe(true);
    expect(hex(list.der)).toContain(`0208${hex(negative.serialNumber)}`);
  });

  test("is signed with SHA-512, now, and promises the next one for when its issuer expires", async () => {
    const list = await RevocationList.sign(account, { now: NOW });
    expect(hex(list.der)).toContain("300d06092a864886f70d01010d0500");
    expect(list.thisUpdate).toEqual(new Date("2026-05-01T12:00:00Z"));
    expect(list.nextUpdate).toEqual(account.certificate.notAfter);
    const short = await RevocationList.sign(account, { now: NOW, validity: 3600 });
    expect(short.nextUpdate).toEqual(new Date("2026-05-01T13:00:00Z"));
  });

  test("has a random number first, and then the next one", async () => {
    const first = await RevocationList.sign(account);
    expect(first.number).toHaveLength(8);
    const second = await RevocationList.sign(account, { previous: first });
    expect(numberOf(second)).toBe(numberOf(first) + 1n);
  });

  test("takes any number up to 64 bits", async () => {
    await fc.assert(
      fc.asyncProperty(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), async (number) => {
        const list = await RevocationList.sign(account, { number });
        expect(numberOf(RevocationList.from(list.der))).toBe(number);
      }),
      { numRuns: 20 },
    );
    await expect(RevocationList.sign(account, { number: -1n })).rejects.toBeInstanceOf(RangeError);
    await expect(RevocationList.sign(account, { number: 2n ** 64n })).rejects.toBeInstanceOf(RangeError);
  });

  test("counts a number on that ends in 255s", async () => {
    const previous = await RevocationList.sign(account, { number: 0x01ffffn });
    expect(numberOf(await RevocationList.sign(account, { previous }))).toBe(0x020000n);
  });

  test("keeps the entries of the one before, each once", async () => {
    const previous = await RevocationList.sign(account, { revoke: [{ certificate: device.certificate, at: NOW }] });
    const list = await RevocationList.sign(account, {
      previous,
      revoke: [{ certificate: device.certificate }, { certificate: device2.certificate }],
    });
    expect(list.size).toBe(2);
    expect(list.isRevoked(device.certificate)).toBe(true);
    expect(list.isRevoked(device2.certificate)).toBe(true);
  });

  test("holds a bounded number of entries, and a full one is still read", async () => {
    const entries = Array.from({ length: MAX_REVOCATIONS }, (_, index) => ({ certificate: withSerial(index) }));
    const full = await RevocationList.sign(account, { revoke: entries });
    expect(RevocationList.from(full.der).size).toBe(MAX_REVOCATIONS);
    const more = RevocationList.sign(account, { previous: full, revoke: [{ certificate: device2.certificate }] });
    await expect(more).rejects.toMatchObject({ code: "ERR_CRL_FULL" });
  });

  test("is signed by an authority only", async () => {
    await expect(RevocationList.sign(device)).rejects.toMatchObject({ code: "ERR_ISSUER_NOT_CA" });
  });

  test("comes back from DER and PEM", async () => {
    const list = await RevocationList.sign(account, { revoke: [{ certificate: device.certificate }] });
    for (const data of [list.pack(), list.pem(), Buffer.from(list.pem())]) {
      expect(hex(RevocationList.from(data).der)).toBe(hex(list.der));
    }
  });

  test("changed anywhere is refused, or no longer signed by its issuer", async () => {
    const list = await RevocationList.sign(account, { revoke: [{ certificate: device.certificate }] });
    fc.assert(
      fc.property(fc.nat(list.der.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Uint8Array.from(list.der);
        changed[at] = (changed[at] ?? 0) ^ flip;
        let read: RevocationList;
        try {
          read = RevocationList.from(changed);
        } catch (error) {
          expect(error).toHaveProperty("code", "ERR_CRL_MALFORMED");
          return;
        }
        expect(read.isSignedBy(account.certificate)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ["nothing", new Uint8Array()],
    ["text", "list"],
    ["garbage", Buffer.alloc(300, 0x30)],
    ["a certificate", device.certificate.der],
    ["a list cut short", bytes(vector("crl/revoke-device").inputs, "crl_der_hex").subarray(0, 200)],
    ["more than a list can be", Buffer.alloc(MAX_REVOCATION_LIST_BYTES + 1, 0x30)],
  ])("is not read from %s", (_, data) => {
    expect(() => RevocationList.from(data)).toThrow(expect.objectContaining({ code: "ERR_CRL_MALFORMED" }));
  });
});

test("revoking signs the newest list of the issuer again, and attaches it", async () => {
  const issuer = { ...account, certificate: Certificate.from(account.certificate.pem()) };
  const first = await revoke(issuer, device.certificate);
  const second = await revoke(issuer, device2.certificate);
  expect(issuer.certificate.revocationLists).toEqual([first, second]);
  expect(second.size).toBe(2);
  expect(numberOf(second)).toBe(numberOf(first) + 1n);
});
