const SEQUENCE = 0x30;
const VERSION = 0xa0;

/** Serial number, signature algorithm, issuer, validity and subject stand before the key (RFC 5280 §4.1). */
const FIELDS_BEFORE_KEY = 5;

/**
 * The DER SubjectPublicKeyInfo inside a DER certificate, taken as it is: enough to tell whose certificate it is.
 * Whether the certificate can be trusted is for others to judge. Undefined when the bytes are no certificate.
 */
export function certificatePublicKey(der: Uint8Array): Uint8Array | undefined {
  const certificate = elementAt(der, 0, SEQUENCE);
  const body = certificate && elementAt(der, certificate.content, SEQUENCE);
  if (!body) return undefined;
  let offset = der[body.content] === VERSION ? (elementAt(der, body.content, VERSION)?.end ?? body.end) : body.content;
  for (let i = 0; i < FIELDS_BEFORE_KEY; i++) offset = elementAt(der, offset)?.end ?? body.end;
  const key = elementAt(der, offset, SEQUENCE);
  return key && key.end <= body.end ? der.slice(offset, key.end) : undefined;
}

interface Element {
  /** Where its content starts. */
  readonly content: number;
  /** Where the next element starts. */
  readonly end: number;
}

/** The element with its head at `offset`, if it has the tag that is wanted and ends within the bytes. */
function elementAt(der: Uint8Array, offset: number, tag = der[offset]): Element | undefined {
  const first = der[offset + 1];
  if (first === undefined || der[offset] !== tag) return undefined;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (lengthBytes > 4) return undefined;
  const content = offset + 2 + lengthBytes;
  let length = lengthBytes === 0 ? first : 0;
  for (let i = offset + 2; i < content; i++) length = length * 256 + (der[i] ?? 0);
  return content + length <= der.length ? { content, end: content + length } : undefined;
}
