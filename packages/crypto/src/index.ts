export * from "./cipher/index.ts";
export { hash } from "./digest.ts";
export { CryptoError, type CryptoErrorCode, DecryptError } from "./errors.ts";
export * from "./files/index.ts";
export * from "./identity/index.ts";
export * from "./keys/index.ts";
export * from "./verification/index.ts";
export * from "./x509/index.ts";
