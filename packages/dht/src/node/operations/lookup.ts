import type { InfoHash } from "../../id/index.ts";
import type { Peer } from "../../routing/index.ts";
import type { GetOp } from "../../search/index.ts";
import type { FieldValues, Query, Value } from "../../value/index.ts";
import type { NodeEntry } from "../../wire/index.ts";
import type { FamilyState } from "../family-state.ts";
import type { LookupOutcome } from "./operation.ts";

export interface LookupSink {
  readonly urgent?: boolean | undefined;
  onValues?(values: readonly Value[]): void;
  onFields?(fields: readonly FieldValues[]): void;
  onDone(outcome: LookupOutcome): void;
}

/** One query to the networks of all families. Done once, when the last family is; nothing is called after that. */
export class Lookup {
  readonly #families: readonly FamilyState[];
  readonly #key: InfoHash;
  readonly #query: Query;
  readonly #sink: LookupSink;
  readonly #pending = new Map<FamilyState, GetOp>();
  readonly #nodes: NodeEntry[] = [];
  #isOk = false;
  #isOver = false;

  constructor(families: readonly FamilyState[], key: InfoHash, query: Query, sink: LookupSink) {
    this.#families = families;
    this.#key = key;
    this.#query = query;
    this.#sink = sink;
  }

  start(): void {
    for (const family of this.#families) this.#pending.set(family, this.#opFor(family));
    for (const [family, op] of [...this.#pending]) if (!this.#isOver) family.searches.get(this.#key, op);
    this.#finishIfComplete();
  }

  /** Ends it without a word. */
  cancel(): void {
    this.#isOver = true;
    for (const [family, op] of this.#pending) family.searches.cancelGet(this.#key, op);
    this.#pending.clear();
  }

  #opFor(family: FamilyState): GetOp {
    return {
      query: this.#query,
      urgent: this.#sink.urgent,
      onValues: (values) => {
        if (!this.#isOver) this.#sink.onValues?.(values);
      },
      onFields: (fields) => {
        if (!this.#isOver) this.#sink.onFields?.(fields);
      },
      onDone: (ok, peers) => this.#onFamilyDone(family, ok, peers),
    };
  }

  #onFamilyDone(family: FamilyState, ok: boolean, peers: readonly Peer[]): void {
    if (!this.#pending.delete(family)) return;
    this.#isOk ||= ok;
    for (const { entry } of peers) this.#nodes.push(entry);
    this.#finishIfComplete();
  }

  #finishIfComplete(): void {
    if (this.#isOver || this.#pending.size > 0) return;
    this.#isOver = true;
    this.#sink.onDone({ ok: this.#isOk, nodes: this.#nodes });
  }
}
