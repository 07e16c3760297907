// Source: OpenDHT crypto layer §4.1; RFC 5280 §6 as far as that goes.
import { toHex } from "../bytes.ts";
import { hash } from "../digest.ts";
import { CryptoError } from "../errors.ts";
import { Certificate, MAX_CHAIN_LENGTH } from "./certificate.ts";
import type { RevocationList } from "./revocation-list.ts";
import { type TrustProblem, TrustVerdict } from "./trust-verdict.ts";

/** Certificates that a trust list holds at most, unless told otherwise. */
export const MAX_TRUST_ANCHORS = 4096;

/** 112 bits of security: the profile under which OpenDHT verifies. */
const MIN_RSA_BITS = 2048;
const MIN_EC_BITS = 224;

export interface TrustListOptions {
  /** Default: {@link MAX_TRUST_ANCHORS}. */
  readonly maxAnchors?: number;
}

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
  readonly #maxAnchors: number;

  constructor({ maxAnchors = MAX_TRUST_ANCHORS }: TrustListOptions = {}) {
    this.#maxAnchors = maxAnchors;
  }

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

  /**
   * Whether there is a path from a certificate, through its own chain, to a trusted one, and if not, why. The path is
   * judged from its top down, as far as it holds; that it is revoked is said of a path that holds otherwise.
   */
  verify(certificate: Certificate, { at = new Date() }: VerifyOptions = {}): TrustVerdict {
    const path = this.#pathToAnchor(certificate, at);
    const top = path.at(-1) ?? certificate;
    const problems = new Set<TrustProblem>();
    checkKey(top, problems);
    if (this.#isAnchor(top)) checkDates(top, at, problems);
    else problems.add("issuer-unknown");
    for (let index = path.length - 2; index >= 0 && problems.size === 0; index--) {
      const [subject, issuer] = [path[index], path[index + 1]];
      if (subject !== undefined && issuer !== undefined) checkLink(subject, issuer, index, at, problems);
    }
    if (problems.size === 0 && path.some((link) => this.#isRevoked(link))) problems.add("revoked");
    return new TrustVerdict(problems);
  }

  #addAnchor(certificate: Certificate): void {
    const key = fingerprint(certificate);
    if (this.#anchors.size >= this.#maxAnchors && !this.#anchors.has(key)) {
      throw new CryptoError("ERR_TRUST_LIST_FULL", `this trust list holds at most ${this.#maxAnchors} certificates`);
    }
    this.#anchors.set(key, certificate);
  }

  #addList(list: RevocationList): boolean {
    const signer = this.#findAnchor((anchor) => list.isSignedBy(anchor));
    if (signer === undefined) return false;
    const key = toHex(signer.longId());
    const known = this.#lists.get(key);
    if (known === undefined || known.thisUpdate <= list.thisUpdate) this.#lists.set(key, list);
    return true;
  }

  #isAnchor(certificate: Certificate): boolean {
    return this.#anchors.has(fingerprint(certificate));
  }

  #isRevoked(certificate: Certificate): boolean {
    for (const list of this.#lists.values()) if (list.isRevoked(certificate)) return true;
    return false;
  }

  #findAnchor(matches: (anchor: Certificate) => boolean): Certificate | undefined {
    for (const anchor of this.#anchors.values()) if (matches(anchor)) return anchor;
    return undefined;
  }

  /** The certificate and what is above it, up to the first trusted one; not ending in one when there is none. */
  #pathToAnchor(certificate: Certificate, at: Date): readonly Certificate[] {
    const path: Certificate[] = [];
    for (let link: Certificate | undefined = certificate; link !== undefined && path.length < MAX_CHAIN_LENGTH; ) {
      path.push(link);
      if (this.#isAnchor(link)) break;
      link = this.#issuerOf(link, at);
    }
    return path;
  }

  /** A trusted issuer rather than the one that came along; one whose key and dates fit rather than any of that name. */
  #issuerOf(certificate: Certificate, at: Date): Certificate | undefined {
    const { issuer } = certificate;
    const names = (anchor: Certificate) => certificate.namesIssuer(anchor);
    const signed = (anchor: Certificate) => names(anchor) && certificate.isSignedBy(anchor.publicKey);
    return (
      this.#findAnchor((anchor) => signed(anchor) && isCurrent(anchor, at)) ??
      this.#findAnchor(signed) ??
      (issuer !== undefined && names(issuer) ? issuer : this.#findAnchor(names))
    );
  }
}

/** `below` is the number of certificates under `subject` in the path. */
function checkLink(
  subject: Certificate,
  issuer: Certificate,
  below: number,
  at: Date,
  problems: Set<TrustProblem>,
): void {
  checkKey(subject, problems);
  checkDates(subject, at, problems);
  if (subject.extensions.hasUnknownCritical) problems.add("unknown-critical-extension");
  if (subject.hasInsecureSignature) problems.add("insecure-algorithm");
  const { isAuthority, maySignCertificates, pathLength } = issuer.extensions;
  if (!isAuthority) problems.add("issuer-not-ca");
  if (!maySignCertificates || below > pathLength) problems.add("issuer-constraints");
  if (!subject.isSignedBy(issuer.publicKey)) problems.add("signature-failure");
}

function checkKey({ publicKey: { kind, bits } }: Certificate, problems: Set<TrustProblem>): void {
  if (bits < (kind === "rsa" ? MIN_RSA_BITS : MIN_EC_BITS)) problems.add("insecure-algorithm");
}

function checkDates(certificate: Certificate, at: Date, problems: Set<TrustProblem>): void {
  if (at < certificate.notBefore) problems.add("not-activated");
  if (at > certificate.notAfter) problems.add("expired");
}

function isCurrent({ notBefore, notAfter }: Certificate, at: Date): boolean {
  return at >= notBefore && at <= notAfter;
}

function fingerprint(certificate: Certificate): string {
  return toHex(hash(certificate.der, 32));
}
