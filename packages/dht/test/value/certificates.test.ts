import { describe, expect, test } from "vitest";
import { InfoHash, PkId } from "../../src/id/index.ts";
import { CertificateValue, Value, ValueTypeRegistry } from "../../src/value/index.ts";
import { derFromPem } from "../../src/value/pem.ts";
import { certificatePublicKey } from "../../src/value/types/certificate-public-key.ts";
import { decodeMessage } from "../../src/wire/index.ts";
import { bytesOf, vector } from "../wire/captured/load.ts";

const { storePolicy, editPolicy } = new ValueTypeRegistry().get(8);
const from = InfoHash.get("node");

const capturedOf = (version: string) =>
  Value.fromPacked(bytesOf(vector(`put-query-header-type8-assembled-0-${version}`)));
const certificate = capturedOf("2.4.12");
const another = capturedOf("2.4.12-lib");

function keyOfPut(version: string): InfoHash {
  const message = decodeMessage(bytesOf(vector(`put-query-header-type8-${version}`)));
  return message.kind === "put" ? message.key : InfoHash.zero;
}

function publicKeyOf(value: Value): Uint8Array {
  const der = derFromPem(new TextEncoder().encode(value.unpack(CertificateValue)));
  return certificatePublicKey(der) ?? expect.unreachable("a certificate");
}

const mayStore = (key: InfoHash, value: Value) => storePolicy({ key, value, from, address: undefined });

describe("a certificate", () => {
  test.each(["2.4.12", "3.0.1", "4.3.0"])("is stored where a real node (%s) puts its own", (version) => {
    expect(mayStore(keyOfPut(version), capturedOf(version))).toBe(true);
  });

  test("is stored under its key's short id, or the hash of its long id, and nowhere else", () => {
    const publicKey = publicKeyOf(certificate);
    expect(mayStore(InfoHash.get(publicKey), certificate)).toBe(true);
    expect(mayStore(InfoHash.get(PkId.get(publicKey)), certificate)).toBe(true);
    expect(mayStore(InfoHash.get("elsewhere"), certificate)).toBe("ERR_CERTIFICATE_MISMATCH");
  });

  test("that is none is stored nowhere", () => {
    for (const data of [new Uint8Array(0), Uint8Array.of(0xc4, 1, 0x30), Uint8Array.of(5)]) {
      expect(mayStore(InfoHash.get(data), new Value({ type: 8, data }))).toBe("ERR_POLICY");
    }
  });

  test("is replaced by one of the same key only", () => {
    const edit = (newValue: Value) =>
      editPolicy({ key: from, oldValue: certificate, newValue, from, address: undefined });
    expect(publicKeyOf(another)).not.toEqual(publicKeyOf(certificate));
    expect(edit(certificate)).toBe(true);
    expect(edit(another)).toBe("ERR_CERTIFICATE_MISMATCH");
    expect(edit(new Value({ type: 8 }))).toBe("ERR_POLICY");
  });
});

test("the public key of a certificate that is cut short anywhere is not found", () => {
  const der = derFromPem(new TextEncoder().encode(certificate.unpack(CertificateValue)));
  for (let length = 0; length < der.length; length++)
    expect(certificatePublicKey(der.subarray(0, length))).toBeUndefined();
});
