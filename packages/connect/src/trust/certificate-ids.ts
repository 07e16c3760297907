import type { Certificate } from "@hashmere/crypto";
import { InfoHash, PkId } from "@hashmere/dht";

/** 64 hexadecimal digits: the id of a device, by which applications name it. */
export function longIdOf(certificate: Certificate): string {
  return PkId.fromBytes(certificate.longId()).toString();
}

/** 40 hexadecimal digits: the id by which issuers, accounts and older programs are named. */
export function shortIdOf(certificate: Certificate): string {
  return InfoHash.fromBytes(certificate.shortId()).toString();
}

/** Long id, short id. */
export function certificateIds(certificate: Certificate): readonly [long: string, short: string] {
  return [longIdOf(certificate), shortIdOf(certificate)];
}

/** The account that a device belongs to is whoever issued its certificate; empty for one that issued its own. */
export function accountIdOf(certificate: Certificate): string {
  return certificate.issuer === undefined ? "" : shortIdOf(certificate.issuer);
}
