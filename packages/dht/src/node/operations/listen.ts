import type { DhtError } from "../../errors/index.ts";
import type { InfoHash } from "../../id/index.ts";
import type { ListenHandle } from "../../search/index.ts";
import { ChosenValues, type Filter, Query, Select, type Value, Where } from "../../value/index.ts";
import type { FamilyState } from "../family-state.ts";
import type { NodeCore } from "../node-core.ts";
import type { Operation } from "./operation.ts";
import { ToldValues } from "./told-values.ts";

export interface ListenOptions {
  /** Judged by the remote nodes: only what matches travels. Default: every value. */
  readonly where?: Where | undefined;
  /** Judged here. Default: every value. */
  readonly filter?: Filter | undefined;
  /** Listens at all nodes to which values are announced, eight instead of four. Default false. */
  readonly urgent?: boolean | undefined;
  /**
   * Values that appeared, or (`expired`) that nobody holds any more whom we listen at, or that were edited and fit no longer.
   * Return false to stop listening.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: callbacks that return nothing are the rule
  onValues(values: readonly Value[], expired: boolean): boolean | void;
  /** There is no listening here, and why: nothing (more) comes. A node that is part of the network always listens. */
  onError?(error: DhtError): void;
}

/** A listen under way. */
export interface Listening extends Operation {
  /** The values that it has told and not taken back. */
  readonly values: readonly Value[];
}

/** Where a listen hears of a value, as numbers of `ToldValues`. */
const Source = { local: 0, 4: 1, 6: 2 } as const;
type Source = (typeof Source)[keyof typeof Source];

/**
 * What happens under a key, here and in the networks of all families. Each value is reported once when the first source
 * has it, and once as expired when the last has lost it.
 *
 * OpenDHT on a node with one family refuses and yet half listens; here one family is as good as two.
 */
export class ListenOperation implements Listening {
  readonly #core: NodeCore;
  readonly #key: InfoHash;
  readonly #where: Where;
  readonly #options: ListenOptions;
  readonly #told = new ToldValues();
  /** Undefined where every value is wanted. */
  readonly #chosen: ChosenValues | undefined;
  readonly #handles = new Map<FamilyState, ListenHandle>();
  #local: Operation | undefined;
  #isOver = false;

  constructor(core: NodeCore, key: InfoHash, options: ListenOptions) {
    this.#core = core;
    this.#key = key;
    this.#where = options.where ?? Where.all;
    this.#options = options;
    if (!this.#where.isEmpty || options.filter) this.#chosen = new ChosenValues((value) => this.#fits(value));
  }

  get values(): readonly Value[] {
    const heard = [...this.#handles.values()].flatMap(({ operation }) => operation.values);
    const newest = new Map<bigint, Value>();
    for (const value of [...heard, ...this.#core.store.get(this.#key)]) {
      const isTold = this.#told.has(value.id) && this.#chosen?.has(value.id) !== false;
      if (isTold && value.seq >= (newest.get(value.id)?.seq ?? 0)) newest.set(value.id, value);
    }
    return [...newest.values()];
  }

  /** Begins; what is known already is delivered at once. */
  start(): void {
    this.#core.listens.add(this);
    this.#local = this.#core.store.addLocalListener(this.#key, {
      onValues: (values, expired) => this.#hear(Source.local, values, expired),
    });
    this.#hear(Source.local, this.#core.store.get(this.#key), false);
    const query = new Query(Select.all, this.#where);
    for (const family of this.#core.families) if (!this.#isOver) this.#listenIn(family, query);
  }

  cancel(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#core.listens.delete(this);
    this.#local?.cancel();
    for (const [family, handle] of this.#handles) family.searches.cancelListen(handle);
    this.#handles.clear();
  }

  /** The node goes away: nobody is left to hear of these values from. */
  close(): void {
    this.#tell(this.values, true);
    this.cancel();
  }

  #listenIn(family: FamilyState, query: Query): void {
    const handle = family.searches.listen(this.#key, query, {
      urgent: this.#options.urgent,
      onValues: (values, expired) => this.#hear(Source[family.family], values, expired),
    });
    if (handle === undefined) return;
    if (this.#isOver) family.searches.cancelListen(handle);
    else this.#handles.set(family, handle);
  }

  #hear(source: Source, values: readonly Value[], expired: boolean): void {
    if (this.#isOver) return;
    const told = this.#told;
    const news = values.filter((value) => (expired ? told.remove(source, value.id) : told.add(source, value)));
    const chosen = this.#chosen;
    if (chosen === undefined) return this.#tell(news, expired);
    if (expired) return this.#tell(chosen.lose(news), true);
    const { shown, gone, unfit } = chosen.choose(news);
    // Another source may have something else under that id, which fits.
    for (const { id } of unfit) told.forget(id);
    this.#tell(shown, false);
    this.#tell(gone, true);
  }

  #fits(value: Value): boolean {
    const { filter } = this.#options;
    if (!this.#where.matches(value)) return false;
    return filter === undefined || (this.#core.callUser(() => filter(value)) ?? false);
  }

  #tell(values: readonly Value[], expired: boolean): void {
    if (values.length === 0 || this.#isOver) return;
    if (this.#core.callUser(() => this.#options.onValues(values, expired)) === false) this.cancel();
  }
}
