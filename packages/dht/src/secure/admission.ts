import type { Value } from "../value/index.ts";
import type { ValueSecurity } from "./value-security.ts";

/** Values found that the user didn't get to see, by what was wrong with them. */
export interface DroppedValues {
  /** Encrypted, and there is no private key here. */
  readonly unreadable: number;
  /** Encrypted for another key, damaged, or with nothing sensible inside. */
  readonly undecryptable: number;
  /** The signature is not the owner's. */
  readonly forged: number;
  /** More waited for their check than MAX_UNDECIDED_VALUES or MAX_UNDECIDED_BYTES. */
  readonly unchecked: number;
}

export interface AdmissionOptions {
  readonly security: ValueSecurity;
  /** A value's owner is known from now on: it was decrypted (`isPersonal`), or its signature is right. */
  onOwner(value: Value, isPersonal: boolean): void;
}

/**
 * Which of the values found the user gets to see: plain ones, signed ones whose signature is right, and those encrypted
 * for us, decrypted (OpenDHT crypto layer §9.5). What was found out about a value is remembered as long as the value.
 */
export class Admission {
  /** What can't be decrypted here is shown as it is, for somebody else to decrypt. */
  forwardsAll = false;
  readonly #options: AdmissionOptions;
  readonly #verdicts = new WeakMap<Value, Value | null>();
  readonly #dropped = { unreadable: 0, undecryptable: 0, forged: 0, unchecked: 0 };

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  get dropped(): DroppedValues {
    return this.#dropped;
  }

  /** Nothing has to be found out about it. */
  isPlain(value: Value): boolean {
    return !value.isEncrypted() && !value.isSigned();
  }

  /** Tells, at once or later, the value to show: itself, the one inside, or none. */
  admit(value: Value, onVerdict: (admitted: Value | undefined) => void): void {
    if (this.isPlain(value)) return onVerdict(value);
    const known = this.#verdicts.get(value);
    if (known !== undefined) return onVerdict(known ?? undefined);
    const decide = (admitted: Value | undefined) => {
      this.#verdicts.set(value, admitted ?? null);
      onVerdict(admitted);
    };
    if (value.isEncrypted()) this.#decrypt(value, decide);
    else this.#check(value, decide);
  }

  /** A value was let go unseen, for want of room. */
  countUnchecked(): void {
    this.#dropped.unchecked++;
  }

  #decrypt(value: Value, decide: (admitted: Value | undefined) => void): void {
    const { security, onOwner } = this.#options;
    if (security.publicKey === undefined) {
      if (this.forwardsAll) return decide(value);
      this.#dropped.unreadable++;
      return decide(undefined);
    }
    security.decrypt(value, (decrypted) => {
      if (decrypted instanceof Error) {
        if (this.forwardsAll) return decide(value);
        this.#dropped.undecryptable++;
        return decide(undefined);
      }
      onOwner(decrypted, true);
      decide(decrypted);
    });
  }

  #check(value: Value, decide: (admitted: Value | undefined) => void): void {
    this.#options.security.check(value, undefined, (outcome) => {
      if (outcome !== "valid") {
        this.#dropped.forged++;
        return decide(undefined);
      }
      this.#options.onOwner(value, false);
      decide(value);
    });
  }
}
