import type { PrivateKey, VerificationRequest } from "@hashmere/crypto";
import type { SignatureOutcome } from "../node/index.ts";

/**
 * What is slow about keys. Each operation tells its outcome once: at once, or later, and then without blocking anybody
 * meanwhile. Handed in, so that in virtual time everything can happen at once.
 */
export interface KeyOperations {
  /** A request that names a source is somebody else's doing, and is `busy` when its source or all of them ask too much. */
  verify(request: VerificationRequest, onOutcome: (outcome: SignatureOutcome) => void): void;
  sign(key: PrivateKey, data: Uint8Array, onDone: (signature: Uint8Array | Error) => void): void;
  decrypt(key: PrivateKey, cypher: Uint8Array, onDone: (data: Uint8Array | Error) => void): void;
}
