import type { RandomSource } from "@hashmere/dht";
import { encodeBindingRequest, encodeKeepAlive } from "./binding.ts";
import type { CandidatePair } from "./candidate-pair.ts";
import type { IceCredentials } from "./description.ts";
import { candidatePriority } from "./priority.ts";
import type { RoleAgreement } from "./role-agreement.ts";

const TRANSACTION_ID_BYTES = 12;

export interface BindingRequestsOptions {
  readonly credentials: IceCredentials;
  readonly role: RoleAgreement;
  readonly random: RandomSource;
}

/** What this side sends to the other one of its own accord, each under a number of its own. */
export class BindingRequests {
  readonly #options: BindingRequestsOptions;
  readonly #theirs: IceCredentials;

  constructor(options: BindingRequestsOptions, theirs: IceCredentials) {
    this.#options = options;
    this.#theirs = theirs;
  }

  /** A check of a pair, or the proposal to use it. */
  check({ local, isBare }: CandidatePair, isNominating = false) {
    const { credentials, role: agreement } = this.#options;
    const { role, tieBreaker } = agreement;
    const transactionId = this.#transactionId();
    const priority = candidatePriority("prflx", local.index);
    const contents = { transactionId, priority, isNominating, isBare, role, tieBreaker };
    return { transactionId, request: encodeBindingRequest(contents, credentials, this.#theirs) };
  }

  keepAlive(): Uint8Array {
    return encodeKeepAlive(this.#transactionId());
  }

  #transactionId(): Uint8Array {
    return this.#options.random.fill(new Uint8Array(TRANSACTION_ID_BYTES));
  }
}
