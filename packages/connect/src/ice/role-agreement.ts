import type { RandomSource } from "@hashmere/dht";
import type { ReceivedCheck } from "./binding.ts";
import type { IceRole } from "./candidate-pair.ts";

/** Which side controls the checks: what this one was told, until both find that they were told the same. */
export class RoleAgreement {
  readonly tieBreaker: bigint;
  #role: IceRole;

  constructor(role: IceRole, random: RandomSource) {
    this.#role = role;
    this.tieBreaker = new DataView(random.fill(new Uint8Array(8)).buffer).getBigUint64(0);
  }

  get role(): IceRole {
    return this.#role;
  }

  change(): void {
    this.#role = this.#role === "controlling" ? "controlled" : "controlling";
  }

  /** The other side claims our role: who has to change (RFC 8445 §7.3.1.1)? The higher number controls. */
  loserTo({ tieBreaker }: ReceivedCheck): "we" | "they" {
    const isOursHigher = this.tieBreaker >= tieBreaker;
    return isOursHigher === (this.#role === "controlling") ? "they" : "we";
  }
}
