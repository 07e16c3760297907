import type { InfoHash } from "../../id/index.ts";
import { type Filter, Query, Select, type Value, Where } from "../../value/index.ts";
import type { NodeCore } from "../node-core.ts";
import { Lookup } from "./lookup.ts";
import type { LookupOutcome, Operation } from "./operation.ts";

export interface GetOptions {
  /** Judged by the remote nodes: only what matches travels. Default: every value. */
  readonly where?: Where | undefined;
  /** Judged here. Default: every value. */
  readonly filter?: Filter | undefined;
  /** Values not seen before in this get, or seen with other content. Return false when you have enough. */
  // biome-ignore lint/suspicious/noConfusingVoidType: callbacks that return nothing are the rule
  onValues(values: readonly Value[]): boolean | void;
  /** Ask all close nodes at once, without waiting for those that may keep silent. Default false. */
  readonly urgent?: boolean | undefined;
  /** Called once, last. */
  onDone(outcome: LookupOutcome): void;
}

/** Values held here first, then those of the networks; each value once. */
export class GetOperation implements Operation {
  readonly #core: NodeCore;
  readonly #key: InfoHash;
  readonly #options: GetOptions;
  readonly #where: Where;
  readonly #lookup: Lookup;
  /** What was delivered under each id: mostly one value, but unsigned ones may differ from node to node. */
  readonly #delivered = new Map<bigint, Value[]>();
  #isOver = false;

  constructor(core: NodeCore, key: InfoHash, options: GetOptions) {
    this.#core = core;
    this.#key = key;
    this.#options = options;
    this.#where = options.where ?? Where.all;
    this.#lookup = new Lookup(core.families, key, new Query(Select.all, this.#where), {
      urgent: options.urgent,
      onValues: (values) => this.#deliver(values),
      onDone: (outcome) => this.#finish(outcome),
    });
  }

  start(): this {
    this.#deliver(this.#core.store.get(this.#key, this.#where));
    if (!this.#isOver) this.#lookup.start();
    return this;
  }

  cancel(): void {
    this.#isOver = true;
    this.#lookup.cancel();
  }

  #deliver(values: readonly Value[]): void {
    if (this.#isOver) return;
    const fresh = values.filter((value) => this.#isWanted(value) && this.#remember(value));
    if (fresh.length === 0) return;
    if (this.#core.callUser(() => this.#options.onValues(fresh)) === false) this.#finish({ ok: true, nodes: [] });
  }

  #isWanted(value: Value): boolean {
    const { filter } = this.#options;
    return this.#where.matches(value) && (filter === undefined || (this.#core.callUser(() => filter(value)) ?? false));
  }

  /** False when it was delivered before. OpenDHT knows only the last one per id, and repeats values that differ by turns. */
  #remember(value: Value): boolean {
    const known = this.#delivered.get(value.id);
    if (known === undefined) this.#delivered.set(value.id, [value]);
    else if (known.some((earlier) => earlier.contentEquals(value))) return false;
    else known.push(value);
    return true;
  }

  #finish(outcome: LookupOutcome): void {
    if (this.#isOver) return;
    this.cancel();
    this.#core.callUser(() => this.#options.onDone(outcome));
  }
}
