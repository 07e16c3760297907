// Source: OpenDHT crypto layer §3.4.
import { decodePem, pemText } from "../asn1/pem.ts";
import { CryptoError } from "../errors.ts";

const LABELS: readonly string[] = ["CERTIFICATE", "X509 CERTIFICATE"];

/** The DER certificates of a PEM chain; DER is taken for one certificate. */
export function splitChain(data: Uint8Array | string, maxLength: number): readonly Uint8Array[] {
  const text = pemText(data);
  if (text === undefined) return typeof data === "string" ? [] : [data];
  const blocks = decodePem(text);
  if (blocks === undefined) {
    throw new CryptoError("ERR_CERTIFICATE_MALFORMED", "the PEM text of the certificate is cut short or damaged");
  }
  const certificates = blocks.filter(({ label }) => LABELS.includes(label));
  const [other] = blocks;
  if (other !== undefined && certificates.length === 0) {
    const what = /^[A-Z0-9 ]{1,40}$/.test(other.label) ? other.label : "something else";
    throw new CryptoError("ERR_CERTIFICATE_MALFORMED", `this is no certificate: the PEM text holds ${what}`);
  }
  return bounded(
    certificates.map(({ der }) => der),
    maxLength,
  );
}

/** The DER certificates of a list of blobs, each PEM or DER. */
export function splitBlobs(blobs: Iterable<Uint8Array | string>, maxLength: number): readonly Uint8Array[] {
  const ders: Uint8Array[] = [];
  for (const blob of blobs) {
    ders.push(...splitChain(blob, maxLength));
    bounded(ders, maxLength);
  }
  return ders;
}

function bounded(ders: readonly Uint8Array[], maxLength: number): readonly Uint8Array[] {
  if (ders.length <= maxLength) return ders;
  throw new CryptoError("ERR_CERTIFICATE_MALFORMED", `a chain has at most ${maxLength} certificates`);
}
