// Source: RFC 5280 §4.2.1.6, OpenDHT crypto layer §3.7.
import { GeneralName } from "@peculiar/asn1-x509";

/** Another name of a subject: a mail address, a host name, a URI or an IP address in text. */
export interface AlternativeName {
  readonly type: "rfc822" | "dns" | "uri" | "ip";
  readonly value: string;
}

/** Those of the names that have a text; other kinds are skipped. */
export function alternativeNames(names: Iterable<GeneralName>): AlternativeName[] {
  const found: AlternativeName[] = [];
  for (const name of names) {
    if (name.rfc822Name !== undefined) found.push({ type: "rfc822", value: name.rfc822Name });
    else if (name.dNSName !== undefined) found.push({ type: "dns", value: name.dNSName });
    else if (name.uniformResourceIdentifier !== undefined) {
      found.push({ type: "uri", value: name.uniformResourceIdentifier });
    } else if (name.iPAddress !== undefined) found.push({ type: "ip", value: name.iPAddress });
  }
  return found;
}

export function generalName({ type, value }: AlternativeName): GeneralName {
  switch (type) {
    case "rfc822":
      return new GeneralName({ rfc822Name: value });
    case "dns":
      return new GeneralName({ dNSName: value });
    case "uri":
      return new GeneralName({ uniformResourceIdentifier: value });
    case "ip":
      return new GeneralName({ iPAddress: value });
  }
}
