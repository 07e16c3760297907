import type { AnnouncePacer } from "./announce-pacer.ts";
import type { ClientLedger } from "./client-ledger.ts";
import type { Commitment } from "./commitment.ts";
import type { Share } from "./shares.ts";

export interface CommitmentsOptions {
  /** What they are counted as. */
  readonly share: Share;
  readonly ledger: ClientLedger;
  readonly pacer: AnnouncePacer;
  /** Something has changed that should be saved. */
  readonly onChange: () => void;
}

/** Commitments of one kind, by group and name. */
export class Commitments<Kind extends Commitment> {
  readonly #options: CommitmentsOptions;
  readonly #byGroup = new Map<string, Map<string, Kind>>();
  #size = 0;

  constructor(options: CommitmentsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#size;
  }

  /** Groups that have at least one. */
  get groups(): number {
    return this.#byGroup.size;
  }

  find(group: string, name: string): Kind | undefined {
    return this.#byGroup.get(group)?.get(name);
  }

  of(group: string): Kind[] {
    return [...(this.#byGroup.get(group)?.values() ?? [])];
  }

  sizeOf(group: string): number {
    return this.#byGroup.get(group)?.size ?? 0;
  }

  /** Those of one group one behind the other. */
  get all(): Kind[] {
    const all: Kind[] = [];
    for (const members of this.#byGroup.values()) for (const one of members.values()) all.push(one);
    return all;
  }

  add(one: Kind): void {
    const members = this.#byGroup.get(one.group) ?? new Map<string, Kind>();
    members.set(one.name, one);
    this.#byGroup.set(one.group, members);
    this.#size++;
  }

  /** It has ended. */
  remove({ group, name }: Kind): void {
    const members = this.#byGroup.get(group);
    members?.delete(name);
    if (members?.size === 0) this.#byGroup.delete(group);
    this.#size--;
    this.#options.onChange();
  }

  /**
   * Takes up what an earlier run had, little by little, as far as there is room.
   * @param takeUp undefined when somebody has asked for it already
   */
  restore<Saved extends { readonly endsAt: number }>(
    saved: Iterable<Saved>,
    takeUp: (saved: Saved) => Kind | undefined,
  ): void {
    const jobs: Kind[] = [];
    for (const each of saved) {
      if (this.#options.ledger.isFull(this.#options.share)) break;
      const one = takeUp(each);
      if (one === undefined) continue;
      one.setEnd(each.endsAt);
      jobs.push(one);
    }
    this.#options.pacer.add(jobs);
  }

  close(): void {
    for (const one of this.all) one.close();
  }
}
