// Source: OpenDHT crypto layer §3.1 (subject), §3.7 (reading fields).
import { AttributeTypeAndValue, AttributeValue, Name, RelativeDistinguishedName } from "@peculiar/asn1-x509";
import { encodeDer } from "../asn1/der.ts";
import { bytesEqual } from "../bytes.ts";

const COMMON_NAME = "2.5.4.3";
const UID = "0.9.2342.19200300.100.1.1";
const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?]*$/;

/** The name of a subject or issuer. Absent parts are empty. */
export class DistinguishedName {
  readonly commonName: string;
  readonly uid: string;
  readonly der: Uint8Array;

  constructor(name: Name) {
    this.commonName = attribute(name, COMMON_NAME);
    this.uid = attribute(name, UID);
    this.der = encodeDer(name);
  }

  equals(other: DistinguishedName): boolean {
    return bytesEqual(this.der, other.der);
  }

  toString(): string {
    const parts: string[] = [];
    if (this.commonName !== "") parts.push(`CN=${this.commonName}`);
    if (this.uid !== "") parts.push(`UID=${this.uid}`);
    return parts.join(", ");
  }
}

/** A name of common name and UID, in this order; empty parts are left out. */
export function buildName(commonName: string, uid: string): Name {
  const name = new Name();
  if (commonName !== "") name.push(relativeName(COMMON_NAME, commonName));
  if (uid !== "") name.push(relativeName(UID, uid));
  return name;
}

function relativeName(type: string, text: string): RelativeDistinguishedName {
  const value = new AttributeValue(PRINTABLE.test(text) ? { printableString: text } : { utf8String: text });
  return new RelativeDistinguishedName([new AttributeTypeAndValue({ type, value })]);
}

function attribute(name: Name, type: string): string {
  for (const relative of name) {
    for (const part of relative) if (part.type === type) return part.value.toString();
  }
  return "";
}
