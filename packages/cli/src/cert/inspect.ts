import type { Certificate, TrustVerdict } from "@hashmere/crypto";
import { idsOf, type KeyIds } from "../identity/key-ids.ts";
import { printable } from "../output/printable.ts";

/** What `hashmere cert inspect --json` prints. */
export interface CertificatePicture extends KeyIds {
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal. */
  readonly serial: string;
  /** ISO 8601, UTC. */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly keyType: string;
  readonly keyBits: number;
  /** May sign other certificates. */
  readonly isCa: boolean;
  /** The certificates above it that came along, the nearest first. */
  readonly issuers: readonly (KeyIds & { readonly subject: string })[];
  readonly verdict: {
    readonly valid: boolean;
    /** 0, or bits as GnuTLS and OpenDHT have them. */
    readonly code: number;
    readonly problems: readonly string[];
  };
}

export function describeCertificate(certificate: Certificate, verdict: TrustVerdict): CertificatePicture {
  const { publicKey, subject, issuerName, serialNumber, notBefore, notAfter, isCa } = certificate;
  return {
    ...idsOf(publicKey),
    subject: `${subject}`,
    issuer: `${issuerName}`,
    serial: Buffer.from(serialNumber).toString("hex"),
    notBefore: notBefore.toISOString(),
    notAfter: notAfter.toISOString(),
    keyType: publicKey.kind,
    keyBits: publicKey.bits,
    isCa,
    issuers: certificate
      .chain()
      .slice(1)
      .map((link) => ({ ...idsOf(link.publicKey), subject: `${link.subject}` })),
    verdict: { valid: verdict.isValid, code: verdict.code, problems: verdict.problems },
  };
}

/** The same for people. */
export function formatCertificate(certificate: Certificate, verdict: TrustVerdict): string {
  const picture = describeCertificate(certificate, verdict);
  const rows: [string, string][] = [
    ["id", picture.id],
    ["long id", picture.longId],
    ["subject", picture.subject],
    ["issuer", picture.issuer],
    ["serial", picture.serial],
    ["valid", `${picture.notBefore} to ${picture.notAfter}`],
    ["key", `${picture.keyType}, ${picture.keyBits} bits`],
    ["authority", picture.isCa ? "yes: it may sign others" : "no"],
    ...picture.issuers.map(({ subject, id }): [string, string] => ["signed by", `${subject} (${id})`]),
    ["verdict", `${verdict}`],
  ];
  return rows.map(([name, text]) => `${name.padEnd(10)} ${printable(text)}`).join("\n");
}
