// Source: OpenDHT crypto layer §3.1 (subject), §3.7 (reading fields); RFC 4514 (names as text).
import { AttributeTypeAndValue, AttributeValue, Name, RelativeDistinguishedName } from "@peculiar/asn1-x509";
import { encodeDer } from "../asn1/der.ts";
import { bytesEqual } from "../bytes.ts";

const COMMON_NAME = "2.5.4.3";
const UID = "0.9.2342.19200300.100.1.1";
/** What parts of names are called (RFC 4514 §3, and common use); others go by their number. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  [COMMON_NAME]: "CN",
  [UID]: "UID",
  "2.5.4.4": "SN",
  "2.5.4.5": "serialNumber",
  "2.5.4.6": "C",
  "2.5.4.7": "L",
  "2.5.4.8": "ST",
  "2.5.4.9": "STREET",
  "2.5.4.10": "O",
  "2.5.4.11": "OU",
  "2.5.4.42": "GN",
  "0.9.2342.19200300.100.1.25": "DC",
  "1.2.840.113549.1.9.1": "emailAddress",
};
const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?]*$/;

/** The name of a subject or issuer. Absent parts are empty. */
export class DistinguishedName {
  readonly commonName: string;
  /** OpenDHT writes the short id of the key here, in hexadecimal. */
  readonly uid: string;
  readonly der: Uint8Array;
  readonly #name: Name;

  constructor(name: Name) {
    this.#name = name;
    this.commonName = attribute(name, COMMON_NAME);
    this.uid = attribute(name, UID);
    this.der = encodeDer(name);
  }

  equals(other: DistinguishedName): boolean {
    return bytesEqual(this.der, other.der);
  }

  /** All parts, in the order in which they are written: `CN=alice, UID=04f1…`. */
  toString(): string {
    return Array.from(this.#name, (relative) => Array.from(relative, partText).join("+")).join(", ");
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

/** What could be taken for the next part is escaped (RFC 4514 §2.4). */
function partText({ type, value }: AttributeTypeAndValue): string {
  return `${SHORT_NAMES[type] ?? type}=${value.toString().replace(/[,+"\\<>;]/g, "\\$&")}`;
}
