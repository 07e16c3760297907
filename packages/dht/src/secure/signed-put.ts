// Source: OpenDHT crypto layer §9.4, putSigned.
import { InfoHash } from "../id/index.ts";
import type { GetOptions, NodeOperations, Operation } from "../node/index.ts";
import { type Value, Where } from "../value/index.ts";
import { noIdentity, SecurityError } from "./errors.ts";
import type { SecurePutOptions } from "./put-options.ts";
import { SealedPut } from "./sealed-put.ts";
import type { ValueSecurity } from "./value-security.ts";

const MAX_SEQ = 0xffff;

/** Values signed by a put of this process: their sequence numbers need no proof. */
const signedHere = new WeakSet<Value>();

/** Looks for earlier versions of a value, and puts it signed as the next one. */
export class SignedPut extends SealedPut {
  readonly #value: Value;
  readonly #security: ValueSecurity;
  /** The sequence number to give at least. */
  #seq: number;

  constructor(node: NodeOperations, security: ValueSecurity, key: InfoHash, value: Value, options: SecurePutOptions) {
    super(node, key, value.id, options);
    this.#value = value;
    this.#security = security;
    this.#seq = value.seq;
  }

  /** @param get a get that delivers values with right signatures only */
  start(get: (key: InfoHash, options: GetOptions) => Operation): this {
    const { publicKey } = this.#security;
    if (publicKey === undefined || this.key.isZero()) {
      this.fail(publicKey === undefined ? noIdentity() : undefined);
      return this;
    }
    const ownId = InfoHash.fromBytes(publicKey.shortId());
    this.lookUp(() =>
      get(this.key, {
        where: Where.all.id(this.id),
        // What others signed, or nobody did, is no earlier version of ours.
        filter: (found) => found.isSigned() && (found.ownerId?.equals(ownId) ?? false),
        onValues: (values) => this.#follow(values),
        onDone: () => this.#sign(),
      }),
    );
    return this;
  }

  #sign(): void {
    if (this.isOver) return;
    this.#follow(this.#putHere());
    if (this.#seq > MAX_SEQ) {
      const message = `the value ${this.id} has no sequence number left: put under another id`;
      this.fail(new SecurityError("ERR_SEQ_EXHAUSTED", message));
      return;
    }
    this.#security.sign(this.#value.with({ seq: this.#seq }), (signed) => {
      if (this.isOver) return;
      if (signed instanceof Error) this.fail(signed);
      // Another put of ours may have taken the number meanwhile.
      else if (this.#putHere().some(({ seq }) => seq >= signed.seq)) this.#sign();
      else {
        signedHere.add(signed);
        this.put(signed);
      }
    });
  }

  #follow(versions: readonly Value[]): void {
    for (const { seq } of versions) if (seq >= this.#seq) this.#seq = seq + 1;
  }

  /** Versions that this node itself put: announced still, or held. */
  #putHere(): Value[] {
    const held = this.node.getLocalById(this.key, this.id);
    return [...this.node.getPut(this.key, this.id), ...(held ? [held] : [])].filter((value) => signedHere.has(value));
  }
}
