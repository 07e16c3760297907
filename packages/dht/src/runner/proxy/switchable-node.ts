import type { InfoHash } from "../../id/index.ts";
import {
  type GetOptions,
  type Listening,
  type ListenOptions,
  NOT_ANNOUNCED,
  type NodeOperations,
  type NodeStatus,
  type Operation,
  type PutOperation,
  type PutOptions,
  type PutOutcome,
  type QueryOptions,
} from "../../node/index.ts";
import type { Query, Value } from "../../value/index.ts";
import { ValueSources } from "./value-sources.ts";

/**
 * A node that can become another one while it is used: listens and permanent puts go over to the new one, and nobody who
 * listens hears again what he knows. Gets, queries and other puts end where they began.
 */
export class SwitchableNode implements NodeOperations {
  readonly #listens = new Set<MovingListen>();
  readonly #puts = new Map<string, MovingPut>();
  #node: NodeOperations;

  constructor(node: NodeOperations) {
    this.#node = node;
  }

  switchTo(node: NodeOperations): void {
    const before = this.#node;
    if (node === before) return;
    this.#node = node;
    for (const listen of [...this.#listens]) listen.moveTo(node);
    for (const put of [...this.#puts.values()]) put.moveTo(node);
  }

  get status4(): NodeStatus {
    return this.#node.status4;
  }

  get status6(): NodeStatus {
    return this.#node.status6;
  }

  get(key: InfoHash, options: GetOptions): Operation {
    return this.#node.get(key, options);
  }

  query(key: InfoHash, query: Query, options: QueryOptions): Operation {
    return this.#node.query(key, query, options);
  }

  listen(key: InfoHash, options: ListenOptions): Listening {
    const listen = new MovingListen(key, options, () => this.#listens.delete(listen));
    this.#listens.add(listen);
    listen.moveTo(this.#node);
    return listen;
  }

  put(key: InfoHash, value: Value, options: PutOptions = {}): PutOperation {
    if (!options.permanent || value.id === 0n) return this.#node.put(key, value, options);
    const name = nameOf(key, value.id);
    const put = new MovingPut(key, value, options, () => {
      if (this.#puts.get(name) === put) this.#puts.delete(name);
    });
    this.#puts.set(name, put);
    put.moveTo(this.#node);
    return put;
  }

  cancelPut(key: InfoHash, valueId: bigint): boolean {
    this.#puts.delete(nameOf(key, valueId));
    return this.#node.cancelPut(key, valueId);
  }

  getPut(key: InfoHash, valueId?: bigint): Value[] {
    return this.#node.getPut(key, valueId);
  }

  getLocalById(key: InfoHash, valueId: bigint): Value | undefined {
    return this.#node.getLocalById(key, valueId);
  }

  callUser<T>(callback: () => T): T | undefined {
    return this.#node.callUser(callback);
  }
}

class MovingListen implements Listening {
  readonly #key: InfoHash;
  readonly #options: ListenOptions;
  readonly #onEnd: () => void;
  /** Which node has which value, once it has moved: before that, the only node knows. */
  #known: ValueSources<NodeOperations> | undefined;
  #node: NodeOperations | undefined;
  #current: Listening | undefined;
  #check: Operation | undefined;
  #isOver = false;

  constructor(key: InfoHash, options: ListenOptions, onEnd: () => void) {
    this.#key = key;
    this.#options = options;
    this.#onEnd = onEnd;
  }

  get values(): readonly Value[] {
    return this.#known?.values ?? this.#current?.values ?? [];
  }

  moveTo(node: NodeOperations): void {
    const before = this.#node;
    if (before && this.#known === undefined) {
      const known = new ValueSources<NodeOperations>();
      known.add(before, this.values);
      this.#known = known;
    }
    this.#current?.cancel();
    this.#check?.cancel();
    this.#node = node;
    const { where, filter, urgent } = this.#options;
    const current = node.listen(this.#key, {
      where,
      filter,
      urgent,
      onValues: (values, expired) => this.#hear(node, values, expired),
      onError: (error) => {
        if (node !== this.#node || this.#isOver) return;
        this.cancel();
        this.#options.onError?.(error);
      },
    });
    if (this.#isOver) current.cancel();
    else this.#current = current;
    if (before && this.#known?.size) this.#settle(node, before, this.#known);
  }

  cancel(): void {
    this.#isOver = true;
    this.#current?.cancel();
    this.#check?.cancel();
    this.#onEnd();
  }

  /** What the new node doesn't find has gone meanwhile. */
  #settle(node: NodeOperations, before: NodeOperations, known: ValueSources<NodeOperations>): void {
    const { where, filter } = this.#options;
    this.#check = node.get(this.#key, {
      where,
      filter,
      onValues: (values) => void this.#hear(node, values, false),
      onDone: ({ ok }) => {
        const ids = known.values.map(({ id }) => id);
        if (ok && node === this.#node) this.#report(known.remove(before, ids), true);
      },
    });
  }

  /** False when no more is wanted. */
  #hear(node: NodeOperations, values: readonly Value[], expired: boolean): boolean {
    if (node !== this.#node || this.#isOver) return false;
    if (this.#known === undefined) return this.#report(values, expired);
    const ids = values.map(({ id }) => id);
    return this.#report(expired ? this.#known.remove(node, ids) : this.#known.add(node, values), expired);
  }

  #report(values: readonly Value[], expired: boolean): boolean {
    if (this.#isOver) return false;
    if (values.length === 0 || this.#options.onValues(values, expired) !== false) return true;
    this.cancel();
    return false;
  }
}

class MovingPut implements PutOperation {
  readonly id: bigint;
  readonly #key: InfoHash;
  readonly #value: Value;
  readonly #options: PutOptions;
  readonly #onEnd: () => void;
  #node: NodeOperations | undefined;
  #isTold = false;

  constructor(key: InfoHash, value: Value, options: PutOptions, onEnd: () => void) {
    this.id = value.id;
    this.#key = key;
    this.#value = value;
    this.#options = options;
    this.#onEnd = onEnd;
  }

  moveTo(node: NodeOperations): void {
    const before = this.#node;
    this.#node = node;
    // Cancelled where it was, without anybody hearing of it.
    before?.cancelPut(this.#key, this.id);
    node.put(this.#key, this.#value, {
      ...this.#options,
      onDone: (outcome) => {
        if (node === this.#node) this.#tell(outcome);
      },
    });
  }

  cancel(): void {
    this.#node?.cancelPut(this.#key, this.id);
    this.#onEnd();
    this.#tell(NOT_ANNOUNCED);
  }

  #tell(outcome: PutOutcome): void {
    if (this.#isTold) return;
    this.#isTold = true;
    this.#options.onDone?.(outcome);
  }
}

function nameOf(key: InfoHash, id: bigint): string {
  return `${key} ${id}`;
}
