// Source: OpenDHT crypto layer §9.6, putEncrypted.
import { PublicKey } from "@hashmere/crypto";
import type { InfoHash } from "../id/index.ts";
import type { NodeOperations, Operation } from "../node/index.ts";
import type { Value } from "../value/index.ts";
import { noIdentity } from "./errors.ts";
import type { KeyId } from "./known-keys.ts";
import type { SecurePutOptions } from "./put-options.ts";
import { SealedPut } from "./sealed-put.ts";
import type { Recipient } from "./secure-operations.ts";
import type { ValueSecurity } from "./value-security.ts";

export type FindPublicKey = (id: KeyId, onDone: (found: PublicKey | Error) => void) => Operation;

/** Looks for the recipient's key where only its id is known, and puts the value encrypted. */
export class EncryptedPut extends SealedPut {
  readonly #value: Value;
  readonly #security: ValueSecurity;

  constructor(node: NodeOperations, security: ValueSecurity, key: InfoHash, value: Value, options: SecurePutOptions) {
    super(node, key, value.id, options);
    this.#value = value;
    this.#security = security;
  }

  start(to: Recipient, findPublicKey: FindPublicKey): this {
    if (this.#security.publicKey === undefined) this.fail(noIdentity());
    else if (this.key.isZero()) this.fail();
    else if (to instanceof PublicKey) this.#encrypt(to);
    else this.lookUp(() => findPublicKey(to, (found) => this.#encrypt(found)));
    return this;
  }

  #encrypt(to: PublicKey | Error): void {
    if (to instanceof Error) this.fail(to);
    else this.#security.encrypt(this.#value, to, (encrypted) => this.put(encrypted));
  }
}
