import type { Address } from "../address/index.ts";
import type { NodeId } from "../id/index.ts";
import type { Rpc } from "../rpc/index.ts";
import type { Scheduler } from "../scheduler/index.ts";
import type { PackedValue } from "../value/index.ts";
import { MAX_REQUEST_BYTES, STORE_OVERHEAD_BYTES } from "../wire/index.ts";
import type { Kin } from "./kin.ts";

/** Longest packed value that fits into a `store`. */
export const MAX_VALUE_BYTES = MAX_REQUEST_BYTES - STORE_OVERHEAD_BYTES;

export interface CopiesOptions {
  readonly ownId: NodeId;
  readonly rpc: Rpc;
  readonly kin: Kin;
  readonly scheduler: Scheduler;
}

/** Puts copies of pairs onto other nodes. Each resolves to whether the other node keeps it; undefined is silence. */
export class Copies {
  readonly #options: CopiesOptions;

  constructor(options: CopiesOptions) {
    this.#options = options;
  }

  /** As the publisher: the pair is new. */
  async store(key: NodeId, value: PackedValue, to: Address): Promise<boolean | undefined> {
    const { ownId, rpc } = this.#options;
    const answer = await rpc.ask({ method: "store", sender: ownId, key, value }, to);
    return answer?.kind === "stored" ? answer.stored : undefined;
  }

  /**
   * As one who has it from others: with its age, to a node that understands this. To any other it looks like new, which
   * is all that its protocol can say.
   */
  async handOn(key: NodeId, value: PackedValue, publishedAt: number, to: Address): Promise<boolean | undefined> {
    const { ownId, rpc, kin, scheduler } = this.#options;
    if (!kin.has(to)) {
      return value.bytes.length <= MAX_VALUE_BYTES && this.store(key, value, to);
    }
    const ageMs = Math.max(0, Math.ceil(scheduler.wallClock() - publishedAt));
    const answer = await rpc.ask({ method: "replicate", sender: ownId, key, value, ageMs }, to);
    return answer?.kind === "stored" ? answer.stored : undefined;
  }
}
