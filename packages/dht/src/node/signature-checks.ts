import type { SockAddr } from "../address/index.ts";
import type { Value } from "../value/index.ts";

/** What a check comes to. `busy`: nothing was found out, because too much is to be checked already. */
export type SignatureOutcome = "valid" | "invalid" | "busy";

/**
 * Finds out whether a value's signature is its owner's, and tells it once: at once, or later.
 *
 * @param source who causes the work: each has a share of its own
 */
export type CheckSignature = (value: Value, source: string, onOutcome: (outcome: SignatureOutcome) => void) => void;

/** Signatures of received values that may be waiting for their check, whatever the checker itself may hold. */
export const MAX_CHECKS_UNDER_WAY = 8192;

/** Has the signatures of received values checked, a bounded number at a time. */
export class SignatureChecks {
  readonly #check: CheckSignature;
  #underWay = 0;

  /** @param check without one, every signature is believed */
  constructor(check: CheckSignature = (_value, _source, onOutcome) => onOutcome("valid")) {
    this.#check = check;
  }

  get underWay(): number {
    return this.#underWay;
  }

  check(value: Value, from: SockAddr, onOutcome: (outcome: SignatureOutcome) => void): void {
    if (this.#underWay >= MAX_CHECKS_UNDER_WAY) {
      onOutcome("busy");
      return;
    }
    this.#underWay++;
    this.#check(value, from.host, (outcome) => {
      this.#underWay--;
      onOutcome(outcome);
    });
  }
}
