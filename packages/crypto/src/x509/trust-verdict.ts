/** Why a certificate is not trusted. */
export type TrustProblem =
  | "revoked"
  | "issuer-unknown"
  | "issuer-not-ca"
  | "insecure-algorithm"
  | "not-activated"
  | "expired"
  | "signature-failure"
  | "issuer-constraints"
  | "unknown-critical-extension";

/** The bits by which GnuTLS and OpenDHT name the same problems (OpenDHT crypto layer §4.1). */
const BITS: Readonly<Record<TrustProblem, number>> = {
  revoked: 1 << 5,
  "issuer-unknown": 1 << 6,
  "issuer-not-ca": 1 << 7,
  "insecure-algorithm": 1 << 8,
  "not-activated": 1 << 9,
  expired: 1 << 10,
  "signature-failure": 1 << 11,
  "issuer-constraints": 1 << 16,
  "unknown-critical-extension": 1 << 21,
};
const INVALID_BIT = 1 << 1;

const SENTENCES: Readonly<Record<TrustProblem, string>> = {
  revoked: "its issuer revoked it",
  "issuer-unknown": "its issuer is not trusted here",
  "issuer-not-ca": "its issuer is no authority",
  "insecure-algorithm": "a key or digest in its chain is too weak",
  "not-activated": "it is not valid yet",
  expired: "it has expired",
  "signature-failure": "a signature in its chain is wrong",
  "issuer-constraints": "an authority in its chain may not issue such certificates",
  "unknown-critical-extension": "it has a critical extension that is not known here",
};

/** The answer of a trust list. */
export class TrustVerdict {
  readonly problems: readonly TrustProblem[];

  constructor(problems: Iterable<TrustProblem>) {
    this.problems = [...problems];
  }

  get isValid(): boolean {
    return this.problems.length === 0;
  }

  /** The problems as bits of GnuTLS, 0 when there are none: 66 for an unknown issuer, 34 for a revoked certificate … */
  get code(): number {
    return this.problems.reduce((bits, problem) => bits | BITS[problem] | INVALID_BIT, 0);
  }

  toString(): string {
    if (this.isValid) return "the certificate is trusted";
    return `the certificate is not trusted: ${this.problems.map((problem) => SENTENCES[problem]).join("; ")}`;
  }
}
