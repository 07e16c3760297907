// Source: OpenDHT crypto layer §8, signed and encrypted values.
import { CryptoError, type PrivateKey, type PublicKey } from "@hashmere/crypto";
import { InfoHash } from "../id/index.ts";
import type { SignatureOutcome } from "../node/index.ts";
import { Value } from "../value/index.ts";
import { noIdentity, SecurityError } from "./errors.ts";
import type { KeyOperations } from "./key-operations.ts";
import { OwnerKeys } from "./owner-keys.ts";

/** Signs, checks, encrypts and decrypts values, with a private key or (checking only) without one. */
export class ValueSecurity {
  readonly owners = new OwnerKeys();
  readonly #key: PrivateKey | undefined;
  readonly #operations: KeyOperations;

  constructor(key: PrivateKey | undefined, operations: KeyOperations) {
    this.#key = key;
    this.#operations = operations;
  }

  get publicKey(): PublicKey | undefined {
    return this.#key?.publicKey;
  }

  /** Whether a signature is its owner's. Without `source`, the question is our own and is never answered by `busy`. */
  check(value: Value, source: string | undefined, onOutcome: (outcome: SignatureOutcome) => void): void {
    const key = this.owners.of(value);
    const { signature } = value;
    if (key === undefined || signature === undefined) onOutcome("invalid");
    else this.#operations.verify({ key, signature, data: value.getToSign(), ...(source && { source }) }, onOutcome);
  }

  /** The value as ours: with our key as its owner, and our signature. */
  sign(value: Value, onDone: (signed: Value | Error) => void): void {
    const key = this.#key;
    if (key === undefined) return onDone(noIdentity());
    if (key.publicKey.kind !== "rsa") return onDone(notRsa());
    if (value.isEncrypted()) {
      return onDone(
        new SecurityError("ERR_VALUE_ENCRYPTED", "an encrypted value can't be signed: sign before encrypting"),
      );
    }
    const owned = value.with({ owner: key.publicKey.der(), signature: undefined });
    this.#operations.sign(key, owned.getToSign(), (signature) =>
      onDone(signature instanceof Error ? signature : owned.with({ signature })),
    );
  }

  /** The value signed by us and readable by the holder of `to` alone; but for id, priority and push type nothing shows. */
  encrypt(value: Value, to: PublicKey, onDone: (encrypted: Value | Error) => void): void {
    if (to.kind !== "rsa") return onDone(notRsa());
    this.sign(value.with({ recipient: InfoHash.fromBytes(to.shortId()) }), (signed) => {
      if (signed instanceof Error) return onDone(signed);
      const { id, priority, pushType } = value;
      onDone(new Value({ id, priority, pushType, cypher: to.encrypt(signed.getToEncrypt()) }));
    });
  }

  /** What is inside an encrypted value, if it is for us and its signature is right. */
  decrypt(value: Value, onDone: (decrypted: Value | Error) => void): void {
    const key = this.#key;
    const { cypher } = value;
    if (key === undefined) return onDone(noIdentity());
    if (cypher === undefined) return onDone(new SecurityError("ERR_VALUE_NOT_ENCRYPTED", "the value isn't encrypted"));
    this.#operations.decrypt(key, cypher, (data) => {
      const opened = data instanceof Error ? data : open(data, value);
      if (opened instanceof Error) return onDone(opened);
      if (!opened.recipient.equals(InfoHash.fromBytes(key.publicKey.shortId()))) {
        return onDone(
          new SecurityError("ERR_RECIPIENT_MISMATCH", "the value was encrypted for us but is meant for another"),
        );
      }
      this.check(opened, undefined, (outcome) => onDone(outcome === "valid" ? opened : badSignature()));
    });
  }
}

function open(data: Uint8Array, outer: Value): Value | Error {
  try {
    return Value.fromDecrypted(data, outer);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function badSignature(): SecurityError {
  return new SecurityError("ERR_SIGNATURE_INVALID", "the value isn't signed by its owner: it was changed, or forged");
}

function notRsa(): CryptoError {
  return new CryptoError("ERR_KEY_NOT_RSA", "values are signed and encrypted with RSA keys alone: use an RSA identity");
}
