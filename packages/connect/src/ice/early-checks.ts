import type { ReceivedCheck } from "./binding.ts";
import { type IceFlow, isSameFlow } from "./flow.ts";

/** Flows on which the other side may begin before its description has come. */
export const MAX_EARLY_FLOWS = 64;

/** The other side's checks that came before its description: the latest of each flow, as nominating as any of them. */
export class EarlyChecks {
  readonly #checks = new Map<IceFlow, ReceivedCheck>();

  remember(flow: IceFlow, check: ReceivedCheck): void {
    const known = [...this.#checks.keys()].find((other) => isSameFlow(other, flow));
    if (known === undefined && this.#checks.size >= MAX_EARLY_FLOWS) return;
    const isNominating = check.isNominating || (known !== undefined && this.#checks.get(known)?.isNominating === true);
    this.#checks.set(known ?? flow, { ...check, isNominating });
  }

  forget(flow: IceFlow): void {
    this.#checks.delete(flow);
  }

  /** All of them, for once. */
  take(): readonly (readonly [IceFlow, ReceivedCheck])[] {
    const checks = [...this.#checks];
    this.#checks.clear();
    return checks;
  }
}
