import type { SockAddr } from "../address/index.ts";

/** Most different addresses remembered per family; further ones are ignored. */
export const MAX_REPORTED_ADDRESSES = 32; // node behaviour, reported addresses kept

interface Report {
  readonly address: SockAddr;
  count: number;
}

/** As what our peers see us, in one family: each address (port 0) with the number of replies that named it. */
export class ReportedAddresses {
  /** The most named first; of equally many the one that was named first. */
  readonly #reports: Report[] = [];

  /** The most named address first. */
  get list(): SockAddr[] {
    return this.#reports.map((report) => report.address);
  }

  /** Takes note of a report. True when another address has come to the top. */
  add(address: SockAddr): boolean {
    const index = this.#reports.findIndex((report) => report.address.hasSameHost(address));
    const known = this.#reports[index];
    if (known === undefined) {
      if (this.#reports.length >= MAX_REPORTED_ADDRESSES) return false;
      this.#reports.push({ address: address.withPort(0), count: 1 });
      return this.#reports.length === 1;
    }
    known.count++;
    let place = index;
    for (; place > 0; place--) {
      const above = this.#reports[place - 1];
      if (above === undefined || above.count >= known.count) break;
      this.#reports[place] = above;
    }
    this.#reports[place] = known;
    return place === 0 && index !== 0;
  }

  clear(): void {
    this.#reports.length = 0;
  }
}
