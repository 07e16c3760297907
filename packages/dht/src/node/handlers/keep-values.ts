import type { SockAddr } from "../../address/index.ts";
import type { Peer } from "../../routing/index.ts";
import type { Value } from "../../value/index.ts";
import type { PutQuery } from "../../wire/index.ts";
import type { NodeCore } from "../node-core.ts";

/**
 * Stores the values of a put that the rules and, where they matter, the signatures allow, and then acknowledges all of
 * them: at once, or when the last signature has been checked.
 *
 * Who sends more than can be checked gets no acknowledgement, as with any other limit: it will send again.
 */
export class ValuesToKeep {
  readonly #core: NodeCore;
  readonly #query: PutQuery;
  readonly #created: number;
  readonly #peer: Peer;
  readonly #from: SockAddr;
  #unsettled = 1;
  #isBusy = false;

  /** @param created Unix ms */
  constructor(core: NodeCore, query: PutQuery, created: number, peer: Peer, from: SockAddr) {
    this.#core = core;
    this.#query = query;
    this.#created = created;
    this.#peer = peer;
    this.#from = from;
  }

  keep(value: Value): void {
    const { store, signatureChecks } = this.#core;
    if (!store.dependsOnSignature(this.#query.key, value)) {
      this.#store(value);
      return;
    }
    this.#unsettled++;
    signatureChecks.check(value, this.#from, (outcome) => {
      if (this.#core.isClosed) return;
      if (outcome === "valid") this.#store(value);
      else if (outcome === "invalid") store.refuse("ERR_SIGNATURE_INVALID");
      else this.#isBusy = true;
      this.acknowledge();
    });
  }

  /** To be called when all values were handed over. */
  acknowledge(): void {
    if (--this.#unsettled > 0 || this.#isBusy) return;
    for (const { id } of this.#query.values) this.#core.rpc.reply(this.#peer, this.#query.tid, { valueId: id });
  }

  #store(value: Value): void {
    this.#core.store.putRemote(this.#query.key, value, this.#created, this.#peer, this.#from);
  }
}
