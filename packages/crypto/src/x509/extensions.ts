// Source: RFC 5280 §4.2, OpenDHT crypto layer §3.1 and §3.3.

import { OctetString } from "@peculiar/asn1-schema";
import {
  AuthorityInfoAccessSyntax,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Extension,
  Extensions,
  type GeneralName,
  id_ad_ocsp,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_pe_authorityInfoAccess,
  KeyUsage,
  KeyUsageFlags,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
} from "@peculiar/asn1-x509";
import { arrayBufferOf, decodeDer, encodeDer } from "../asn1/der.ts";

/** Critical extensions that are understood here; a path through a certificate with any other one is refused. */
const UNDERSTOOD: readonly string[] = [
  id_ce_basicConstraints,
  id_ce_keyUsage,
  id_ce_extKeyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_ce_authorityKeyIdentifier,
];

/** What the extensions of a certificate say. Throws DerError when one of them can't be read. */
export class CertificateExtensions {
  /** What OpenDHT calls a CA: an authority whose key usage is stated and, when critical, allows signing. */
  readonly isCa: boolean;
  /** The basic constraints say CA. */
  readonly isAuthority: boolean;
  /** The key usage allows to sign certificates, or says nothing. */
  readonly maySignCertificates: boolean;
  /** Most intermediate authorities allowed below this one. */
  readonly pathLength: number;
  readonly subjectKeyId: Uint8Array | undefined;
  readonly authorityKeyId: Uint8Array | undefined;
  readonly alternativeNames: readonly GeneralName[];
  /** Where its issuer says that one can ask whether it is still good. DHTNet's certificates name nobody. */
  readonly ocspUrls: readonly string[];
  readonly hasUnknownCritical: boolean;

  constructor(extensions: readonly Extension[]) {
    const basic = read(extensions, id_ce_basicConstraints, BasicConstraints);
    const usage = extensions.find(({ extnID }) => extnID === id_ce_keyUsage);
    this.isAuthority = basic?.cA === true;
    this.maySignCertificates = usage === undefined || hasSignFlag(usage);
    this.isCa = this.isAuthority && usage !== undefined && (!usage.critical || this.maySignCertificates);
    this.pathLength = basic?.pathLenConstraint ?? Number.POSITIVE_INFINITY;
    this.subjectKeyId = bytesOf(read(extensions, id_ce_subjectKeyIdentifier, SubjectKeyIdentifier));
    this.authorityKeyId = bytesOf(
      read(extensions, id_ce_authorityKeyIdentifier, AuthorityKeyIdentifier)?.keyIdentifier,
    );
    this.alternativeNames = read(extensions, id_ce_subjectAltName, SubjectAlternativeName) ?? [];
    this.ocspUrls = ocspUrlsOf(extensions);
    this.hasUnknownCritical = extensions.some(({ critical, extnID }) => critical && !UNDERSTOOD.includes(extnID));
  }
}

/** The extensions of a new certificate, in the order in which OpenDHT writes them. */
export function buildExtensions(keyId: Uint8Array, isCa: boolean): Extensions {
  const extensions = new Extensions([
    extension(id_ce_subjectKeyIdentifier, false, new SubjectKeyIdentifier(arrayBufferOf(keyId))),
  ]);
  if (isCa) extensions.push(extension(id_ce_basicConstraints, true, new BasicConstraints({ cA: true })));
  const usage = isCa
    ? KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign
    : KeyUsageFlags.digitalSignature | KeyUsageFlags.dataEncipherment;
  extensions.push(extension(id_ce_keyUsage, true, new KeyUsage(usage)));
  return extensions;
}

export function extension(extnID: string, critical: boolean, content: unknown): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(encodeDer(content)) });
}

function hasSignFlag(usage: Extension): boolean {
  const flags = decodeDer(new Uint8Array(usage.extnValue.buffer), KeyUsage).toNumber();
  return (flags & KeyUsageFlags.keyCertSign) !== 0;
}

function read<T>(extensions: readonly Extension[], id: string, type: new () => T): T | undefined {
  const found = extensions.find(({ extnID }) => extnID === id);
  return found && decodeDer(new Uint8Array(found.extnValue.buffer), type);
}

/** None where they can't be read: nothing else depends on them. */
function ocspUrlsOf(extensions: readonly Extension[]): readonly string[] {
  try {
    const access = read(extensions, id_pe_authorityInfoAccess, AuthorityInfoAccessSyntax) ?? [];
    return access
      .filter(({ accessMethod }) => accessMethod === id_ad_ocsp)
      .flatMap(({ accessLocation }) => accessLocation.uniformResourceIdentifier ?? []);
  } catch {
    return [];
  }
}

function bytesOf(octets: OctetString | undefined): Uint8Array | undefined {
  return octets && new Uint8Array(octets.buffer);
}
