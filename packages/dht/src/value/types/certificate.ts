import { UnpackError } from "../../errors/index.ts";
import { InfoHash, PkId } from "../../id/index.ts";
import { encodeText, Reader, Writer } from "../../msgpack/index.ts";
import { equalBytes } from "../bytes.ts";
import { derFromPem } from "../pem.ts";
import { Value } from "../value.ts";
import type { TypedValue, ValueType } from "../value-type.ts";
import { certificatePublicKey } from "./certificate-public-key.ts";

/**
 * Type 8: a certificate chain, stored where its public key says: under the key's short id, or (OpenDHT since 3.5) under
 * the hash of its long id. Only another certificate of the same key replaces it.
 */
export const CERTIFICATE: ValueType = {
  id: 8,
  name: "Certificate",
  expirationMs: 604_800_000,
  storePolicy({ key, value }) {
    const publicKey = publicKeyIn(value);
    if (!publicKey) return false;
    const places = [InfoHash.get(publicKey), InfoHash.get(PkId.get(publicKey))];
    return places.some((place) => place.equals(key)) || "ERR_CERTIFICATE_MISMATCH";
  },
  editPolicy({ oldValue, newValue }) {
    const [publicKey, newKey] = [publicKeyIn(oldValue), publicKeyIn(newValue)];
    if (!publicKey || !newKey || newValue.type !== CERTIFICATE.id) return false;
    return equalBytes(publicKey, newKey) || "ERR_CERTIFICATE_MISMATCH";
  },
};

/** The PEM text of the chain, its own certificate first, as packed bin. */
export const CertificateValue: TypedValue<string> = {
  type: CERTIFICATE,
  encode(pem) {
    const text = encodeText(pem);
    const writer = new Writer(text.length + 8);
    writer.bin(text);
    return new Value({ id: 1n, type: CERTIFICATE.id, data: writer.finish() });
  },
  decode(value) {
    const reader = new Reader(value.data);
    const pem = reader.readText();
    if (reader.failed) throw new UnpackError("not a certificate: the data must be packed PEM text");
    return pem;
  },
};

function publicKeyIn(value: Value): Uint8Array | undefined {
  const reader = new Reader(value.data);
  const chain = reader.readBlob();
  return reader.failed ? undefined : certificatePublicKey(derFromPem(chain));
}
