import type { DhtError } from "../../errors/index.ts";
import type { InfoHash } from "../../id/index.ts";
import { type ListenHandle, ValueSources } from "../../search/index.ts";
import { type Filter, Query, Select, type Value, Where } from "../../value/index.ts";
import type { FamilyState } from "../family-state.ts";
import type { NodeCore } from "../node-core.ts";
import type { Operation } from "./operation.ts";

export interface ListenOptions {
  /** Judged by the remote nodes: only what matches travels. Default: every value. */
  readonly where?: Where | undefined;
  /** Judged here. Default: every value. */
  readonly filter?: Filter | undefined;
  /** Listens at all nodes to which values are announced, eight instead of four. Default false. */
  readonly urgent?: boolean | undefined;
  /** Values that appeared, or (`expired`) that nobody holds any more whom we listen at. Return false to stop listening. */
  // biome-ignore lint/suspicious/noConfusingVoidType: callbacks that return nothing are the rule
  onValues(values: readonly Value[], expired: boolean): boolean | void;
  /** There is no listening here, and why: nothing (more) comes. A node that is part of the network always listens. */
  onError?(error: DhtError): void;
}

/** Where a listen hears of a value. */
type Source = FamilyState | "local";

/**
 * What happens under a key, here and in the networks of all families. Each value is reported once when the first source
 * has it, and once as expired when the last has lost it.
 *
 * OpenDHT on a node with one family refuses and yet half listens; here one family is as good as two.
 */
export class ListenOperation implements Operation {
  readonly #core: NodeCore;
  readonly #key: InfoHash;
  readonly #options: ListenOptions;
  readonly #sources = new ValueSources<Source>();
  readonly #handles = new Map<FamilyState, ListenHandle>();
  #local: Operation | undefined;
  #isOver = false;

  constructor(core: NodeCore, key: InfoHash, options: ListenOptions) {
    this.#core = core;
    this.#key = key;
    this.#options = options;
  }

  /** Begins; what is known already is delivered at once. */
  start(): void {
    const where = this.#options.where ?? Where.all;
    this.#core.listens.add(this);
    this.#local = this.#core.store.addLocalListener(this.#key, {
      filter: where.getFilter(),
      onValues: (values, expired) => this.#hear("local", values, expired),
    });
    this.#hear("local", this.#core.store.get(this.#key, where), false);
    const query = new Query(Select.all, where);
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
    this.#report(this.#sources.clear(), true);
    this.cancel();
  }

  #listenIn(family: FamilyState, query: Query): void {
    const handle = family.searches.listen(this.#key, query, {
      urgent: this.#options.urgent,
      onValues: (values, expired) => this.#hear(family, values, expired),
    });
    if (handle === undefined) return;
    if (this.#isOver) family.searches.cancelListen(handle);
    else this.#handles.set(family, handle);
  }

  #hear(source: Source, values: readonly Value[], expired: boolean): void {
    if (this.#isOver || values.length === 0) return;
    const news = expired
      ? this.#sources.remove(
          source,
          values.map((value) => value.id),
        )
      : this.#sources.add(source, values);
    this.#report(news, expired);
  }

  #report(values: readonly Value[], expired: boolean): void {
    const { filter } = this.#options;
    const isWanted = (value: Value) => filter === undefined || (this.#core.callUser(() => filter(value)) ?? false);
    const wanted = values.filter(isWanted);
    if (wanted.length === 0 || this.#isOver) return;
    if (this.#core.callUser(() => this.#options.onValues(wanted, expired)) === false) this.cancel();
  }
}
