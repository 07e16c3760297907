import { DhtError } from "../errors/index.ts";

/** Every way in which signing, encryption and certificates refuse something. Keys add those of `CryptoError`. */
export type SecurityErrorCode =
  /** There is no private key to sign or decrypt with. */
  | "ERR_NO_IDENTITY"
  /** An encrypted value can be neither signed nor encrypted again. */
  | "ERR_VALUE_ENCRYPTED"
  | "ERR_VALUE_NOT_ENCRYPTED"
  /** Decrypted, a value turned out to be meant for somebody else. */
  | "ERR_RECIPIENT_MISMATCH"
  /** A signature is missing, or is not its owner's. */
  | "ERR_SIGNATURE_INVALID"
  /** All 65536 versions of a value are used up. */
  | "ERR_SEQ_EXHAUSTED"
  /** Nobody has a certificate for the key that was asked for. */
  | "ERR_CERTIFICATE_NOT_FOUND"
  /** What was found where the certificate should be belongs to another key. */
  | "ERR_CERTIFICATE_MISMATCH"
  /** The certificate that was found, or one above it, has expired. */
  | "ERR_CERTIFICATE_EXPIRED"
  | "ERR_CERTIFICATE_REVOKED"
  /** The certificate that was found is not trusted, for another reason. */
  | "ERR_CERTIFICATE_UNTRUSTED";

/** Something about identities, signatures, encryption or certificates. */
export class SecurityError extends DhtError {
  declare readonly code: SecurityErrorCode;

  constructor(code: SecurityErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}

export function noIdentity(): SecurityError {
  return new SecurityError("ERR_NO_IDENTITY", "this needs a private key: run the node with an identity");
}
