import type { PutOptions, PutOutcome } from "../node/index.ts";
import type { Value } from "../value/index.ts";

/** How a signed or encrypted put ended. */
export interface SecurePutOutcome extends PutOutcome {
  /** What was put: the signed or encrypted value. Undefined when it didn't come to that. */
  readonly value?: Value | undefined;
}

/** How a signed or encrypted put is done, and who hears of its end. */
export interface SecurePutOptions extends Omit<PutOptions, "onDone"> {
  onDone?(outcome: SecurePutOutcome): void;
}
