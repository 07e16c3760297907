import { generateKeyPairSync } from "node:crypto";
import {
  Certificate,
  MAX_CERTIFICATE_BYTES,
  MAX_CHAIN_LENGTH,
  MAX_CHAIN_TEXT_BYTES,
  RevocationList,
} from "@hashmere/crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeFamily } from "../identities.ts";
import { certificateOf, hex } from "../vectors.ts";

const { ca, account, device } = await makeFamily();
const chain = device.certificate;
const failure = (code: string) => expect.objectContaining({ name: "CryptoError", code });

describe("a packed chain", () => {
  test("goes from subject to root and comes back the same", () => {
    const read = Certificate.from(chain.pack());
    expect(read.pem()).toBe(chain.pem());
    expect(read.chain().map(({ subject }) => subject.commonName)).toEqual(["Device", "Account", "CA"]);
  });

  test("may be packed without its issuers", () => {
    expect(Certificate.from(chain.pem({ chain: false })).chain()).toHaveLength(1);
  });

  test("is found between other things, before a zero byte and with other line ends", () => {
    const wrapped = `\xc5\x0e\x52 junk\n${chain.pem().replaceAll("\n", "\r\n")}\0`;
    expect(Certificate.from(Buffer.from(wrapped, "latin1")).equals(chain)).toBe(true);
  });

  const [first, second, third] = chain.chain().map((link) => link.pem({ chain: false }));

  test.each([
    ["reversed", `${third}${second}${first}`],
    ["without its middle", `${first}${third}`],
    ["with a stranger at the end", `${first}${second}${certificateOf("identity/ec_ca").pem()}`],
    ["with a certificate twice", `${first}${first}`],
  ])("%s is refused", (_, pem) => {
    expect(() => Certificate.from(pem)).toThrow(failure("ERR_CHAIN_BROKEN"));
  });

  test("longer than any real one is refused", () => {
    const root = ca.certificate.pem();
    expect(Certificate.from(root.repeat(MAX_CHAIN_LENGTH)).chain()).toHaveLength(MAX_CHAIN_LENGTH);
    expect(() => Certificate.from(root.repeat(MAX_CHAIN_LENGTH + 1))).toThrow(failure("ERR_CERTIFICATE_MALFORMED"));
    const blobs = Array.from({ length: MAX_CHAIN_LENGTH + 1 }, () => ca.certificate.der);
    expect(() => Certificate.fromBlobs(blobs)).toThrow(failure("ERR_CERTIFICATE_MALFORMED"));
  });

  test("comes in blobs from TLS, linked without questions", () => {
    const linked = Certificate.fromBlobs([chain.der, ca.certificate.pem()]);
    expect(linked.chain().map(({ subject }) => subject.commonName)).toEqual(["Device", "CA"]);
  });
});

describe("a certificate", () => {
  test("has the ids of its key", () => {
    expect(hex(chain.shortId())).toBe(hex(device.key.publicKey.shortId()));
    expect(hex(chain.longId())).toBe(hex(device.key.publicKey.longId()));
  });

  test.each([
    ["nothing", new Uint8Array(), "ERR_CERTIFICATE_MALFORMED"],
    ["text", "certificate", "ERR_CERTIFICATE_MALFORMED"],
    ["garbage", Buffer.alloc(800, 0x30), "ERR_CERTIFICATE_MALFORMED"],
    ["a tower of sequences", Buffer.alloc(MAX_CERTIFICATE_BYTES, "3080", "hex"), "ERR_CERTIFICATE_MALFORMED"],
    ["a claim of two gigabytes", Buffer.from("30847fffffff3082", "hex"), "ERR_CERTIFICATE_MALFORMED"],
    ["DER cut short", chain.der.subarray(0, 400), "ERR_CERTIFICATE_MALFORMED"],
    ["DER with a byte behind it", Buffer.concat([chain.der, Buffer.alloc(1)]), "ERR_CERTIFICATE_MALFORMED"],
    ["two DER certificates", Buffer.concat([chain.der, account.certificate.der]), "ERR_CERTIFICATE_MALFORMED"],
    ["PEM cut short", chain.pem().slice(0, 500), "ERR_CERTIFICATE_MALFORMED"],
    ["PEM that is not base64", chain.pem().replace("MII", "M*I"), "ERR_CERTIFICATE_MALFORMED"],
    ["more than a certificate can be", Buffer.alloc(MAX_CERTIFICATE_BYTES + 1, 0x30), "ERR_CERTIFICATE_MALFORMED"],
    ["a text longer than any chain", `${chain.pem()}${" ".repeat(MAX_CHAIN_TEXT_BYTES)}`, "ERR_CERTIFICATE_MALFORMED"],
    ["a key", device.key.publicKey.pem(), "ERR_CERTIFICATE_MALFORMED"],
  ])("is not read from %s", (_, data, code) => {
    expect(() => Certificate.from(data)).toThrow(failure(code));
  });

  test("with a negative serial number is read, and keeps its bytes", () => {
    const { serialNumber } = certificateOf("identity/ca");
    expect(serialNumber[0]).toBeGreaterThan(0x7f);
    expect(serialNumber).toHaveLength(8);
  });

  test("changed anywhere is refused, or no longer signed by its issuer", () => {
    fc.assert(
      fc.property(fc.nat(chain.der.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Uint8Array.from(chain.der);
        changed[at] = (changed[at] ?? 0) ^ flip;
        let read: Certificate;
        try {
          read = Certificate.from(changed);
        } catch (error) {
          expect(error).toHaveProperty("code", expect.stringMatching(/^ERR_(CERTIFICATE|KEY)_/));
          return;
        }
        expect(read.isSignedBy(account.key.publicKey)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  test("says little when it is printed", () => {
    expect(String(chain)).toBe(`CN=Device, UID=${hex(chain.shortId())} (${hex(chain.longId())})`);
  });
});

describe("revocation lists attached to a certificate", () => {
  test("are those that it signed, each number once, in order", async () => {
    const second = await RevocationList.sign(account, { number: 9n });
    const first = await RevocationList.sign(account, { number: 8n });
    const fresh = Certificate.from(account.certificate.pem());
    for (const list of [second, first, second]) fresh.addRevocationList(list);
    expect(fresh.revocationLists).toEqual([first, second]);
  });

  test("are refused from anyone else", async () => {
    const list = await RevocationList.sign(ca);
    expect(() => account.certificate.addRevocationList(list)).toThrow(failure("ERR_CRL_SIGNATURE"));
  });
});

test("a certificate for a key of a kind that nobody uses here is refused", () => {
  const spki = generateKeyPairSync("x25519").publicKey.export({ type: "spki", format: "der" });
  const der = Buffer.from(chain.der);
  const key = Buffer.from(device.key.publicKey.der());
  const at = der.indexOf(key);
  const shrink = key.length - spki.length;
  const swapped = Buffer.concat([der.subarray(0, at), spki, der.subarray(at + key.length)]);
  for (const length of [2, 6]) swapped.writeUInt16BE(swapped.readUInt16BE(length) - shrink, length);
  expect(() => Certificate.from(swapped)).toThrow(failure("ERR_KEY_UNSUPPORTED"));
});
