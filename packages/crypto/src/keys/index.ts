export { certificateKeys, defaultNodeId } from "./key-ids.ts";
export type { Digest, KeyKind } from "./key-kind.ts";
export { type Curve, DEFAULT_RSA_BITS, MAX_PRIVATE_KEY_BYTES, PrivateKey } from "./private-key.ts";
export { MAX_PBKDF2_ITERATIONS, PBKDF2_ITERATIONS } from "./protected-pkcs8.ts";
export { MAX_PUBLIC_KEY_BYTES, PublicKey } from "./public-key.ts";
