export { accountIdOf, certificateIds, longIdOf, shortIdOf } from "./certificate-ids.ts";
export { CertificateStore, type CertificateStoreOptions, MAX_PINNED_IDS } from "./certificate-store.ts";
export { OCSP_TIMEOUT_MS, OcspCheck } from "./ocsp-check.ts";
export { verifyUpToOwnRoot } from "./own-root.ts";
export { MAX_LISTS_PER_AUTHORITY } from "./revocation-folder.ts";
export { MAX_STATUSES, type PermissionStatus, TrustStore } from "./trust-store.ts";
