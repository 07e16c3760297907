// Source: OpenDHT crypto layer §4.1; RFC 5280 §6 as far as that goes.
import { toHex } from "../bytes.ts";
import { hash } from "../digest.ts";
import { CryptoError } from "../errors.ts";
import { Certificate, MAX_CHAIN_LENGTH } from "./certificate.ts";
import type { RevocationList } from "./revocation-list.ts";
import { type TrustProblem, TrustVerdict } from "./trust-verdict.ts";

/** Certificates that a trust list holds at most. */
export const MAX_TRUST_ANCHORS = 4096;

/** 112 bits of security: the profile under which OpenDHT verifies. */
const MIN_RSA_BITS = 2048;
const MIN_EC_BITS = 224;

export interface VerifyOptions {
  /** The time for which the question is asked. Default: now. */
  readonly at?: Date;
}

/** The certificates that are trusted, and what they revoked. */
export class TrustList {
  /** By fingerprint. */
  readonly #anchors = new Map<string, Certificate>();
  /** The latest list of each authority, by the long id of its key. */
  readonly #lists = new Map<string, RevocationList>();

  /**
   * Trusts every certificate of a chain, the leaf included, with the revocation lists attached to them; or takes a
   * revocation list of an authority that is trusted already. Returns false for a list of anyone else, which is ignored.
   * @throws CryptoError `ERR_TRUST_LIST_FULL`
   */
  add(item: Certificate | RevocationList): boolean {
    if (!(item instanceof Certificate)) return this.#addList(item);
    const chain = item.chain();
    for (const certificate of chain) this.#addAnchor(certificate);
    for (const certificate of chain) for (const list of certificate.revocationLists) this.#addList(list);
    return true;
  }

  /** Trusts a certificate no longer, nor (unless told otherwise) those above it. What they revoked stays revoked. */
  remove(certificate: Certificate, { parents = true } = {}): void {
    for (const link of parents ? certificate.chain() : [certificate]) this.#anchors.delete(fingerprint(link));
  }

  /** Whether there is a path from a certificate, through its own chain, to a trusted one, and if not, why. */
  verify(certificate: Certificate, { at = new Date() }: VerifyOptions = {}): TrustVerdict {
    const path = this.#pathToAnchor(certificate);
    const top = path.at(-1) ?? certificate;
    const problems = new Set<TrustProblem>();
    if (!this.#isAnchor(top)) problems.add("issuer-unknown");
    checkKeyAndDates(top, at, problems);
    for (let index = path.length - 2; index >= 0 && problems.size === 0; index--) {
      const [subject, issuer] = [path[index], path[index + 1]];
      if (subject !== undefined && issuer !== undefined) this.#checkLink(subject, issuer, index, at, problems);
    }
    return new TrustVerdict(problems);
  }

  #addAnchor(certificate: Certificate): void {
    const key = fingerprint(certificate);
    if (this.#anchors.size >= MAX_TRUST_ANCHORS && !this.#anchors.has(key)) {
      throw new CryptoError("ERR_TRUST_LIST_FULL", `a trust list holds at most ${MAX_TRUST_ANCHORS} certificates`);
    }
    this.#anchors.set(key, certificate);
  }

  #addList(list: RevocationList): boolean {
    const signer = this.#anchorNamed((anchor) => list.isSignedBy(anchor));
    if (signer === undefined) return false;
    const key = toHex(signer.longId());
    const known = this.#lists.get(key);
    if (known === undefined || known.thisUpdate <= list.thisUpdate) this.#lists.set(key, list);
    return true;
  }

  #isAnchor(certificate: Certificate): boolean {
    return this.#anchors.has(fingerprint(certificate));
  }

  #anchorNamed(matches: (anchor: Certificate) => boolean): Certificate | undefined {
    for (const anchor of this.#anchors.values()) if (matches(anchor)) return anchor;
    return undefined;
  }

  /** The certificate and what is above it, up to the first trusted one; not ending in one when there is none. */
  #pathToAnchor(certificate: Certificate): readonly Certificate[] {
    const path: Certificate[] = [];
    for (let link: Certificate | undefined = certificate; link !== undefined && path.length < MAX_CHAIN_LENGTH; ) {
      path.push(link);
      if (this.#isAnchor(link)) break;
      link = this.#issuerOf(link);
    }
    return path;
  }

  /** A trusted issuer rather than the one that came along, and rather one whose signature fits. */
  #issuerOf(certificate: Certificate): Certificate | undefined {
    const { issuer } = certificate;
    const names = (anchor: Certificate) => certificate.namesIssuer(anchor);
    return (
      this.#anchorNamed((anchor) => names(anchor) && certificate.isSignedBy(anchor.publicKey)) ??
      (issuer !== undefined && names(issuer) ? issuer : this.#anchorNamed(names))
    );
  }

  /** `below` is the number of certificates under `subject` in the path. */
  #checkLink(subject: Certificate, issuer: Certificate, below: number, at: Date, problems: Set<TrustProblem>): void {
    checkKeyAndDates(subject, at, problems);
    if (subject.extensions.hasUnknownCritical) problems.add("unknown-critical-extension");
    if (subject.hasInsecureSignature) problems.add("insecure-algorithm");
    const { isAuthority, maySignCertificates, pathLength } = issuer.extensions;
    if (!isAuthority) problems.add("issuer-not-ca");
    if (!maySignCertificates || below > pathLength) problems.add("issuer-constraints");
    if (!subject.isSignedBy(issuer.publicKey)) problems.add("signature-failure");
    if (this.#lists.get(toHex(issuer.longId()))?.isRevoked(subject) === true) problems.add("revoked");
  }
}

function checkKeyAndDates(certificate: Certificate, at: Date, problems: Set<TrustProblem>): void {
  const { kind, bits } = certificate.publicKey;
  if (bits < (kind === "rsa" ? MIN_RSA_BITS : MIN_EC_BITS)) problems.add("insecure-algorithm");
  if (at < certificate.notBefore) problems.add("not-activated");
  if (at > certificate.notAfter) problems.add("expired");
}

function fingerprint(certificate: Certificate): string {
  return toHex(hash(certificate.der, 32));
}
