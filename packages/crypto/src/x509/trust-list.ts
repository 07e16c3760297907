// Source: OpenDHT crypto layer §4.1; RFC 5280 §6 as far as that goes.
import { toHex } from "../bytes.ts";
import { hash } from "../digest.ts";
import { CryptoError } from "../errors.ts";
import { Certificate, MAX_CHAIN_LENGTH } from "./certificate.ts";
import { MAX_CLOCK_SKEW_MS } from "./ocsp-response.ts";
import type { RevocationList } from "./revocation-list.ts";
import { type TrustProblem, TrustVerdict } from "./trust-verdict.ts";

/** Certificates that a trust list holds at most, unless told otherwise. */
export const MAX_TRUST_ANCHORS = 4096;

/** 112 bits of security: the profile under which OpenDHT verifies. */
const MIN_RSA_BITS = 2048;
const MIN_EC_BITS = 224;

/** How much a trust list holds. */
export interface TrustListOptions {
  /** Default: {@link MAX_TRUST_ANCHORS}. */
  readonly maxAnchors?: number;
}

/** As of when a chain is judged. */
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
   * revocation list of an authority that is trusted already. Returns false for a list of anyone else, or one dated into the
   * future, which would hide those to come: it is ignored. An old list counts until a newer one is there.
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
   * Whether a certificate's own chain, as far as it is not trusted yet, continues in a trusted certificate, and if not,
   * why. A trusted certificate in the chain is looked at with what is above it, and by itself where that has expired or is
   * not known. The path is judged from its top down, as far as it holds; that it is revoked is said of a path that holds
   * otherwise.
   */
  verify(certificate: Certificate, { at = new Date() }: VerifyOptions = {}): TrustVerdict {
    const chain = this.#untrustedPart(certificate);
    const top = chain.at(-1) ?? certificate;
    const issuer =
      this.#findCurrent((anchor) => top.namesIssuer(anchor) && top.isSignedBy(anchor.publicKey), at) ??
      this.#findAnchor((anchor) => top.namesIssuer(anchor));
    const verdict = this.#judge(chain, issuer, at);
    if (!verdict.problems.some((problem) => problem === "issuer-unknown" || problem === "expired")) return verdict;
    const twin = this.#findCurrent((anchor) => (chain.length === 1 ? top.equals(anchor) : isTwin(top, anchor)), at);
    if (twin === undefined) return verdict;
    const other = this.#judge(chain.slice(0, -1), twin, at);
    const holds = other.problems.every((problem) => problem === "revoked");
    return holds || issuer === undefined ? other : verdict;
  }

  /** What speaks against certificates, each the issuer of the one before, of which `anchor` has issued the last. */
  #judge(links: readonly Certificate[], anchor: Certificate | undefined, at: Date): TrustVerdict {
    const path = anchor === undefined || links.at(-1)?.equals(anchor) ? links : [...links, anchor];
    const problems = new Set<TrustProblem>(anchor === undefined ? ["issuer-unknown"] : []);
    const top = path.at(-1);
    if (top !== undefined) {
      checkKey(top, problems);
      checkDates(top, at, problems);
    }
    for (let index = path.length - 2; anchor !== undefined && index >= 0; index--) {
      const [subject, issuer] = [path[index], path[index + 1]];
      if (subject !== undefined && issuer !== undefined) checkLink(subject, issuer, index, at, problems);
      if (problems.size > 0) break;
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
    if (signer === undefined || list.thisUpdate.getTime() > Date.now() + MAX_CLOCK_SKEW_MS) return false;
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

  /** A certificate and those above it that came along, up to the first that is trusted; a root above others is not needed. */
  #untrustedPart(certificate: Certificate): readonly Certificate[] {
    const part = [certificate];
    for (let link = certificate; link.issuer !== undefined && part.length < MAX_CHAIN_LENGTH; link = link.issuer) {
      if (!link.namesIssuer(link.issuer) || link.issuer.namesIssuer(link.issuer)) break;
      part.push(link.issuer);
      if (this.#isAnchor(link.issuer)) break;
    }
    return part;
  }

  /** One that is valid now rather than another. */
  #findCurrent(matches: (anchor: Certificate) => boolean, at: Date): Certificate | undefined {
    return this.#findAnchor((anchor) => matches(anchor) && isCurrent(anchor, at)) ?? this.#findAnchor(matches);
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

/** Whether they are of the same authority: one may be the other's renewal. */
function isTwin(a: Certificate, b: Certificate): boolean {
  return a.subject.equals(b.subject) && a.publicKey.equals(b.publicKey);
}

function isCurrent({ notBefore, notAfter }: Certificate, at: Date): boolean {
  return at >= notBefore && at <= notAfter;
}

function fingerprint(certificate: Certificate): string {
  return toHex(hash(certificate.der, 32));
}
