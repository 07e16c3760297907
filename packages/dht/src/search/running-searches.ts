import type { InfoHash } from "../id/index.ts";
import type { Peer } from "../routing/index.ts";
import type { Search } from "./search.ts";

/** The searches that have something to do, in ascending order of their keys. */
export class RunningSearches implements Iterable<Search> {
  readonly #searches: Search[] = [];

  get size(): number {
    return this.#searches.length;
  }

  [Symbol.iterator](): IterableIterator<Search> {
    return this.#searches[Symbol.iterator]();
  }

  get(key: InfoHash): Search | undefined {
    const search = this.#searches[this.#placeOf(key)];
    return search?.key.equals(key) ? search : undefined;
  }

  add(search: Search): void {
    this.#searches.splice(this.#placeOf(search.key), 0, search);
  }

  remove(search: Search): void {
    const place = this.#placeOf(search.key);
    if (this.#searches[place] === search) this.#searches.splice(place, 1);
  }

  /**
   * Offers a peer to the searches around its id, in both directions until one refuses it: those beyond are likely to have
   * closer nodes too. Searches that have lost all their nodes don't count.
   */
  offer(peer: Peer): void {
    const middle = this.#placeOf(peer.id);
    for (let place = middle; place < this.#searches.length && this.#isWorthGoingOn(place, peer); place++);
    for (let place = middle - 1; place >= 0 && this.#isWorthGoingOn(place, peer); place--);
  }

  #isWorthGoingOn(place: number, peer: Peer): boolean {
    const search = this.#searches[place];
    return search !== undefined && (search.offer(peer) || search.isExpired);
  }

  #placeOf(key: InfoHash): number {
    let low = 0;
    let high = this.#searches.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const search = this.#searches[middle];
      if (search !== undefined && search.key.compare(key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
