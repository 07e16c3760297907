import type { InfoHash } from "../../id/index.ts";
import { type FieldValues, fieldsOf, type Query, type Value } from "../../value/index.ts";
import type { NodeCore } from "../node-core.ts";
import { Lookup } from "./lookup.ts";
import type { LookupOutcome, Operation } from "./operation.ts";

export interface QueryOptions {
  /** Answers that say something new. Return false when you have enough. */
  // biome-ignore lint/suspicious/noConfusingVoidType: callbacks that return nothing are the rule
  onFields(fields: readonly FieldValues[]): boolean | void;
  /** Ask all close nodes at once, without waiting for those that may keep silent. Default false. */
  readonly urgent?: boolean | undefined;
  /** Called once, last. */
  onDone(outcome: LookupOutcome): void;
}

/** Only the selected fields of values: those held here first, then those of the networks. */
export class QueryOperation implements Operation {
  readonly #core: NodeCore;
  readonly #key: InfoHash;
  readonly #query: Query;
  readonly #options: QueryOptions;
  readonly #lookup: Lookup;
  /** What was delivered, by value id (undefined where ids were not selected). */
  readonly #delivered = new Map<bigint | undefined, FieldValues[]>();
  #isOver = false;

  constructor(core: NodeCore, key: InfoHash, query: Query, options: QueryOptions) {
    this.#core = core;
    this.#key = key;
    this.#query = query;
    this.#options = options;
    this.#lookup = new Lookup(core.families, key, query, {
      urgent: options.urgent,
      // A query that selects nothing is answered with whole values.
      onValues: (values) => this.#deliver(this.#fieldsOf(values)),
      onFields: (fields) => this.#deliver(fields),
      onDone: (outcome) => this.#finish(outcome),
    });
  }

  start(): this {
    this.#deliver(this.#fieldsOf(this.#core.store.get(this.#key, this.#query.where)));
    if (!this.#isOver) this.#lookup.start();
    return this;
  }

  cancel(): void {
    this.#isOver = true;
    this.#lookup.cancel();
  }

  #fieldsOf(values: readonly Value[]): FieldValues[] {
    return values.map((value) => fieldsOf(value, this.#query.select));
  }

  #deliver(answers: readonly FieldValues[]): void {
    if (this.#isOver) return;
    const fresh = answers.filter((answer) => this.#remember(answer));
    if (fresh.length === 0) return;
    if (this.#core.callUser(() => this.#options.onFields(fresh)) === false) this.#finish({ ok: true, nodes: [] });
  }

  /** False when an earlier answer says as much. */
  #remember(answer: FieldValues): boolean {
    const known = this.#delivered.get(answer.id) ?? [];
    if (known.some((earlier) => contains(earlier, answer))) return false;
    const others = known.filter((earlier) => !contains(answer, earlier));
    this.#delivered.set(answer.id, [...others, answer]);
    return true;
  }

  #finish(outcome: LookupOutcome): void {
    if (this.#isOver) return;
    this.cancel();
    this.#core.callUser(() => this.#options.onDone(outcome));
  }
}

/** Whether `more` says all that `less` says. */
function contains(more: FieldValues, less: FieldValues): boolean {
  return (
    (less.id === undefined || less.id === more.id) &&
    (less.valueType === undefined || less.valueType === more.valueType) &&
    (less.seq === undefined || less.seq === more.seq) &&
    (less.userType === undefined || less.userType === more.userType) &&
    (less.owner === undefined || (more.owner?.equals(less.owner) ?? false))
  );
}
