import {
  aesDecrypt,
  aesGetKey,
  aesGetSalt,
  Certificate,
  CertificateRequest,
  certificateKeys,
  defaultNodeId,
  hash,
  OcspRequest,
  PrivateKey,
  RevocationList,
  stretchKey,
  TrustList,
} from "@hashmere/crypto";
import { describe, expect, test } from "vitest";
import {
  bytes,
  certificateOf,
  fromHex,
  hex,
  keyOf,
  number,
  text,
  texts,
  vector,
  vectors,
  vectorsUnder,
} from "./vectors.ts";

// What these vectors describe is made of values, their types, policies and indexes: it lives above this package.
const ABOVE = /^(type|pht|policy)\//;
const HERE =
  /^(identity|signature|encrypt|aes|stretchKey|hash|value|crl|trust|csr|ocsp|chain|key|identity-files)(\/|$)/;

test("every vector belongs to this package or to one above it", () => {
  const strays = vectors.filter(({ name }) => !ABOVE.test(name) && !HERE.test(name));
  expect(strays).toEqual([]);
});

describe("identities", () => {
  test.each(vectorsUnder("identity/"))("$name has the ids and fields that OpenDHT sees", ({ inputs, output }) => {
    const key = PrivateKey.from(text(inputs, "private_key_pem"));
    const certificate = Certificate.from(text(inputs, "certificate_pem"));
    expect(hex(key.publicKey.der())).toBe(output.public_key_spki_der);
    expect(hex(key.publicKey.shortId())).toBe(output.id);
    expect(hex(key.publicKey.longId())).toBe(output.long_id);
    expect(hex(certificate.shortId())).toBe(output.cert_id);
    expect(hex(certificate.longId())).toBe(output.cert_long_id);
    expect(certificate.subject.commonName).toBe(output.cn);
    expect(certificate.subject.uid).toBe(output.uid);
    expect(certificate.issuerName.commonName).toBe(output.issuer_cn);
    expect(certificate.issuerName.uid).toBe(output.issuer_uid);
    expect(certificate.isCa).toBe(output.is_ca);
    expect(hex(certificate.serialNumber)).toBe(output.serial_bytes);
    expect(certificate.chain()).toHaveLength(number(output, "chain_length"));
    expect(certificate.notBefore.getTime() / 1000).toBe(output.not_before_unix);
    expect(certificate.notAfter.getTime() / 1000).toBe(output.not_after_unix);
    expect(certificateKeys(key.publicKey).map(hex)).toEqual([
      output.cert_publish_key_2_4,
      output.cert_publish_key_3_5_plus,
    ]);
    expect(hex(defaultNodeId(key.publicKey))).toBe(output.node_id);
  });

  test.each(vectorsUnder("identity/"))("$name packs to the very same PEM", async ({ inputs }) => {
    expect(Certificate.from(text(inputs, "certificate_pem")).pem()).toBe(inputs.certificate_pem);
    const key = PrivateKey.from(text(inputs, "private_key_pem"));
    if (key.publicKey.kind === "rsa") expect(await key.serialize()).toBe(inputs.private_key_pem);
  });

  test.each(vectorsUnder("identity-files/"))("$name are read", async ({ inputs, output }) => {
    const files = inputs.files as Record<string, string>; // a map of texts, by the layout of the vector file
    const key = await PrivateKey.fromEncrypted(text(files, "NAME.pem"), text(inputs, "password"));
    const certificate = Certificate.from(text(files, "NAME.crt"));
    const caKey = await PrivateKey.fromEncrypted(text(files, "NAME_ca.pem"), text(inputs, "password"));
    expect(hex(key.publicKey.shortId())).toBe(output.key_id);
    expect(hex(key.publicKey.longId())).toBe(output.key_long_id);
    expect(certificate.publicKey.equals(key.publicKey)).toBe(true);
    expect(certificate.issuer?.publicKey.equals(caKey.publicKey)).toBe(true);
    expect(certificate.issuer?.equals(Certificate.from(text(files, "NAME_ca.crt")))).toBe(true);
  });
});

test.each(vectorsUnder("key/"))("$name opens with its password", async ({ inputs, output }) => {
  const key = await PrivateKey.fromEncrypted(text(inputs, "private_key_pem"), text(inputs, "password"));
  expect(key.publicKey.equals(keyOf(text(output, "same_key_as")).publicKey)).toBe(true);
});

describe("signatures", () => {
  test.each(vectorsUnder("signature/"))("$name", async ({ inputs, output }) => {
    const { publicKey } = keyOf(text(inputs, "signer"));
    const data = bytes(inputs, "data_hex");
    const signature = fromHex(String(inputs.signature_hex ?? output.signature_hex));
    expect(await publicKey.checkSignature(data, signature)).toBe(output.valid);
    expect(publicKey.checkSignatureSync(data, signature)).toBe(output.valid);
  });

  test.each(vectorsUnder("signature/rsa/").filter(({ output }) => output.signature_hex !== undefined))(
    "$name is made byte for byte",
    async ({ inputs, output }) => {
      expect(hex(await keyOf(text(inputs, "signer")).sign(bytes(inputs, "data_hex")))).toBe(output.signature_hex);
    },
  );

  test.each(vectorsUnder("value/signed/").filter(({ output }) => output.to_sign_hex !== undefined))(
    "$name: the signature of the body is made byte for byte",
    async ({ inputs, output }) => {
      const body = bytes(output, "to_sign_hex");
      expect(hex(await keyOf(text(inputs, "signer")).sign(body))).toBe(output.signature_hex);
    },
  );

  test("value/signed/plain-tampered is invalid", async () => {
    const { inputs } = vector("value/signed/plain-tampered");
    const signature = bytes(vector("value/signed/plain").output, "signature_hex");
    const genuine = text(vector("value/signed/plain").output, "to_sign_hex");
    const packed = text(inputs, "packed_hex");
    const body = packed.slice(packed.indexOf(genuine.slice(0, 40)), packed.length).slice(0, genuine.length);
    expect(body).not.toBe(genuine);
    expect(await keyOf("identity/device").publicKey.checkSignature(fromHex(body), signature)).toBe(false);
  });
});

describe("encryption", () => {
  test.each(vectorsUnder("encrypt/rsa/"))("$name", async ({ inputs, output }) => {
    const decrypted = keyOf(text(inputs, "recipient")).decrypt(bytes(inputs, "ciphertext_hex"));
    if (output.error !== undefined) return await expect(decrypted).rejects.toMatchObject({ name: "DecryptError" });
    const plain = await decrypted;
    if (output.plaintext_hex !== undefined) return expect(hex(plain)).toBe(output.plaintext_hex);
    expect(plain).toHaveLength(number(output, "plaintext_len"));
    expect(hex(hash(plain, 32))).toBe(output.plaintext_sha256);
  });

  /** The ciphertext of a packed value {id, dat: bin 16}: what is left after the header of `dat`. */
  const cypherOf = (packed: Uint8Array) => packed.subarray(Buffer.from(packed).indexOf("dat\xc5", 0, "latin1") + 6);

  test.each(vectorsUnder("value/encrypted/"))("$name decrypts for its key alone", async ({ inputs, output }) => {
    const decrypted = keyOf(text(inputs, "recipient")).decrypt(cypherOf(bytes(inputs, "packed_hex")));
    // The mismatch is inside: it takes the layout of values to see it.
    if (output.error === "Recipient mismatch") return expect(hex(await decrypted)).toMatch(/^8[12]a4626f6479/);
    if (output.error !== undefined) return await expect(decrypted).rejects.toMatchObject({ code: "ERR_DECRYPT" });
    expect(hex(await decrypted)).toBe(output.decrypted_body_hex);
  });
});

// A key out of a password takes a second by design, and more on a busy machine.
describe("AES and passwords", { timeout: 60_000 }, () => {
  test.each(vectorsUnder("aes/raw-key"))("$name", async ({ inputs, output }) => {
    expect(hex(await aesDecrypt(bytes(inputs, "ciphertext_hex"), bytes(inputs, "key_hex")))).toBe(output.plaintext_hex);
  });

  test.each(vectorsUnder("aes/password/"))("$name", async ({ inputs, output }) => {
    const container = bytes(inputs, "ciphertext_hex");
    const decrypted = aesDecrypt(container, text(inputs, "password"));
    if (output.error !== undefined) return await expect(decrypted).rejects.toMatchObject({ code: "ERR_DECRYPT" });
    expect(hex(await decrypted)).toBe(output.plaintext_hex);
    expect(hex(aesGetSalt(container))).toBe(output.salt_hex);
    expect(hex(await aesGetKey(container, text(inputs, "password")))).toBe(output.aes_key_hex);
  });

  test.each(vectorsUnder("stretchKey/"))("$name", async ({ inputs, output }) => {
    const salt = bytes(inputs, "salt_hex");
    const stretched = await stretchKey(text(inputs, "password"), salt, number(inputs, "key_length"));
    expect(hex(stretched.key)).toBe(output.key_hex);
  });
});

test.each(vectorsUnder("hash/"))("$name", ({ inputs, output }) => {
  expect(hex(hash(bytes(inputs, "data_hex"), number(inputs, "length")))).toBe(output.hash_hex);
});

describe("certificates", () => {
  test.each(vectorsUnder("chain/"))("$name", ({ inputs, output }) => {
    const data = inputs.pem === undefined ? bytes(inputs, "data_hex") : text(inputs, "pem");
    if (output.ok === false) return expect(() => Certificate.from(data)).toThrow(/chain|certificate/);
    const certificate = Certificate.from(data);
    expect(certificate.chain()).toHaveLength(number(output, "chain_length"));
    expect(hex(certificate.shortId())).toBe(output.id);
  });

  test("value/certificate holds the packed chain behind a header of three bytes", () => {
    const packed = bytes(vector("value/certificate").output, "data_hex");
    const chain = certificateOf("identity/device");
    expect(hex(packed.subarray(3))).toBe(hex(chain.pack()));
    expect(Certificate.from(packed).equals(chain)).toBe(true);
  });

  test.each(vectorsUnder("policy/certificate-store/"))("$name: a certificate is at home there or not", (stored) => {
    const certificate = Certificate.from(bytes(stored.inputs, "packed_hex"));
    const homes = certificateKeys(certificate.publicKey).map(hex);
    expect(homes[0] === stored.inputs.key).toBe(stored.output.accepted_2_4_12);
    expect(homes.includes(text(stored.inputs, "key"))).toBe(stored.output.accepted_4_3);
  });

  test("csr: the request and the certificate made from it are read", () => {
    const { inputs, output } = vector("csr");
    const request = CertificateRequest.from(text(inputs, "csr_pem"));
    expect(request.verify()).toBe(output.verifies);
    expect(request.subject.commonName).toBe(inputs.name);
    expect(request.subject.uid).toBe(inputs.uid);
    expect(request.publicKey.equals(keyOf(text(inputs, "key")).publicKey)).toBe(true);
    expect(request.pem()).toBe(inputs.csr_pem);
    const certificate = Certificate.from(text(output, "certificate_pem"));
    expect(certificate.subject.commonName).toBe(output.cert_cn);
    expect(certificate.subject.uid).toBe(output.cert_uid);
    expect(certificate.isCa).toBe(output.is_ca);
    expect(certificate.publicKey.equals(request.publicKey)).toBe(true);
  });

  test("ocsp/request is made byte for byte", () => {
    const { inputs, output } = vector("ocsp/request");
    const nonce = bytes(output, "nonce_hex");
    expect(hex(OcspRequest.create(certificateOf(text(inputs, "certificate")), nonce).pack())).toBe(
      output.request_der_hex,
    );
    const parsed = OcspRequest.from(bytes(output, "request_der_hex"));
    expect(hex(parsed.nonce ?? new Uint8Array())).toBe(output.nonce_hex);
    expect(hex(parsed.serialNumber)).toBe(hex(certificateOf(text(inputs, "certificate")).serialNumber));
  });
});

describe("revocation and trust", () => {
  test("crl/revoke-device is read", () => {
    const { inputs, output } = vector("crl/revoke-device");
    const list = RevocationList.from(bytes(inputs, "crl_der_hex"));
    expect(hex(list.number)).toBe(output.number_hex);
    expect(list.issuerName.commonName).toBe(output.issuer_cn);
    expect(list.thisUpdate.getTime() / 1000).toBe(output.this_update);
    expect((list.nextUpdate?.getTime() ?? 0) / 1000).toBe(output.next_update);
    expect(list.isRevoked(certificateOf("identity/device"))).toBe(output.device_revoked);
    expect(list.isRevoked(certificateOf("identity/device2"))).toBe(output.device2_revoked);
    expect(list.isSignedBy(certificateOf("identity/account"))).toBe(output.signed_by_account);
    expect(list.isSignedBy(certificateOf("identity/ca"))).toBe(output.signed_by_ca);
  });

  test("crl/resigned: signing a list again counts its number on", async () => {
    const { inputs, output } = vector("crl/resigned");
    expect(hex(RevocationList.from(bytes(inputs, "crl_der_hex")).number)).toBe(output.number_hex);
    const previous = RevocationList.from(bytes(vector("crl/revoke-device").inputs, "crl_der_hex"));
    const issuer = { key: keyOf("identity/account"), certificate: certificateOf("identity/account") };
    expect(hex((await RevocationList.sign(issuer, { previous })).number)).toBe(output.number_hex);
  });

  test.each(vectorsUnder("trust/"))("$name", ({ inputs, output }) => {
    const trust = new TrustList();
    for (const trusted of texts(inputs, "trusted")) trust.add(certificateOf(trusted));
    for (const list of texts(inputs, "crls")) trust.add(RevocationList.from(fromHex(list)));
    const at = new Date(number(vector("identity/device").output, "not_before_unix") * 1000 + 60_000);
    const verdict = trust.verify(certificateOf(text(inputs, "verify")), { at });
    expect(verdict.isValid).toBe(output.valid);
    expect(verdict.code).toBe(output.result_bits);
  });
});
