export type { AlternativeName } from "./alternative-name.ts";
export {
  Certificate,
  MAX_ATTACHED_LISTS,
  MAX_CERTIFICATE_BYTES,
  MAX_CHAIN_LENGTH,
  MAX_CHAIN_TEXT_BYTES,
} from "./certificate.ts";
export { CertificateRequest, MAX_REQUEST_BYTES, type RequestOptions } from "./certificate-request.ts";
export type { DistinguishedName } from "./distinguished-name.ts";
export type { CertificateExtensions } from "./extensions.ts";
export {
  type CertificateOptions,
  certifyRequest,
  DEFAULT_VALIDITY_S,
  generateCertificate,
  type Identity,
  type IssueOptions,
  renewCertificate,
} from "./issue.ts";
export { MAX_OCSP_BYTES, OcspRequest } from "./ocsp-request.ts";
export { type CertificateStatus, MAX_CLOCK_SKEW_MS, OcspResponse, type OcspVerifyOptions } from "./ocsp-response.ts";
export {
  MAX_REVOCATION_LIST_BYTES,
  MAX_REVOCATIONS,
  type Revocation,
  RevocationList,
  type RevocationListOptions,
  revoke,
} from "./revocation-list.ts";
export { MAX_TRUST_ANCHORS, TrustList, type TrustListOptions, type VerifyOptions } from "./trust-list.ts";
export { type TrustProblem, TrustVerdict } from "./trust-verdict.ts";
