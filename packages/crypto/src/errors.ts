/** Every way in which this package refuses something. The codes are stable; the sentences may get better. */
export type CryptoErrorCode =
  /** Not a key, or cut short, or not in an encoding that is read here. */
  | "ERR_KEY_MALFORMED"
  /** A key, but of a kind or with parameters that are not accepted. */
  | "ERR_KEY_UNSUPPORTED"
  /** The key is protected: the password is wrong or missing. Comes as a {@link DecryptError}. */
  | "ERR_KEY_PASSWORD"
  /** A password was given for a key that has none. */
  | "ERR_KEY_NOT_ENCRYPTED"
  /** Only RSA keys encrypt and decrypt. */
  | "ERR_KEY_NOT_RSA"
  /** Key and certificate do not belong together. */
  | "ERR_KEY_MISMATCH"
  /** Not a certificate, or cut short, or too long. */
  | "ERR_CERTIFICATE_MALFORMED"
  /** A chain whose certificates do not follow one another from subject to issuer. */
  | "ERR_CHAIN_BROKEN"
  /** The certificate that should sign another one is not an authority. */
  | "ERR_ISSUER_NOT_CA"
  /** The issuer of a certificate is needed and not known. */
  | "ERR_ISSUER_MISSING"
  | "ERR_REQUEST_MALFORMED"
  /** A certificate request that is not signed by the key it holds. */
  | "ERR_REQUEST_SIGNATURE"
  | "ERR_CRL_MALFORMED"
  /** A revocation list that is not signed by the given certificate. */
  | "ERR_CRL_SIGNATURE"
  /** A revocation list has no room for another certificate. */
  | "ERR_CRL_FULL"
  | "ERR_TRUST_LIST_FULL"
  | "ERR_OCSP_MALFORMED"
  /** The responder answered with an error of its own. */
  | "ERR_OCSP_STATUS"
  | "ERR_OCSP_NONCE"
  | "ERR_OCSP_SIGNATURE"
  /** The response speaks about another certificate. */
  | "ERR_OCSP_CERTIFICATE"
  /** The response is too old, or from the future. */
  | "ERR_OCSP_EXPIRED"
  /** The one failure of every decryption: it does not say which step failed. Comes as a {@link DecryptError}. */
  | "ERR_DECRYPT"
  /** Too short to be a ciphertext for this key. Comes as a {@link DecryptError}. */
  | "ERR_CIPHER_LENGTH"
  /** An AES key that has not 16, 24 or 32 bytes. Comes as a {@link DecryptError}. */
  | "ERR_AES_KEY_SIZE"
  | "ERR_SALT_SIZE"
  | "ERR_WEB_PUSH_KEY"
  /** A file of that name exists, and overwriting was not asked for. */
  | "ERR_FILE_EXISTS"
  /** A file can't be read or written. */
  | "ERR_FILE"
  /** A bounded queue is full: try again later. */
  | "ERR_BUSY";

/**
 * Base of all errors of this package. Messages and causes never hold a key, a password or a plaintext.
 */
export class CryptoError extends Error {
  readonly code: CryptoErrorCode;

  constructor(code: CryptoErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** Something could not be decrypted: a ciphertext or a protected key. */
export class DecryptError extends CryptoError {}
