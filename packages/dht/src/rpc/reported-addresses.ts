import type { SockAddr } from "../address/index.ts";

/** Most different addresses remembered per family; further ones are ignored. */
export const MAX_REPORTED_ADDRESSES = 32; // node behaviour, reported addresses kept

/** Replies that count: a node whose address has changed is known by the new one after half as many. */
export const RECENT_REPORTS = 64;

interface Report {
  readonly address: SockAddr;
  count: number;
}

/** As what our peers see us, in one family: each address (port 0) with the number of recent replies that named it. */
export class ReportedAddresses {
  /** The most named first; of equally many the one that was there first. */
  readonly #reports: Report[] = [];
  /** What each recent reply named; the oldest at `#next`, once there are {@link RECENT_REPORTS}. */
  readonly #recent: Report[] = [];
  #next = 0;

  /** The most named address first. */
  get list(): SockAddr[] {
    return this.#reports.map((report) => report.address);
  }

  /** Takes note of a report. True when another address has come to the top. */
  add(address: SockAddr): boolean {
    const first = this.#reports[0];
    let report = this.#reports.find((known) => known.address.hasSameHost(address));
    if (report === undefined) {
      if (this.#reports.length >= MAX_REPORTED_ADDRESSES) return false;
      report = { address: address.withPort(0), count: 0 };
      this.#reports.push(report);
    }
    report.count++;
    this.#rise(report);
    this.#forgetOldest(report);
    return this.#reports[0] !== first;
  }

  clear(): void {
    this.#reports.length = 0;
    this.#recent.length = 0;
    this.#next = 0;
  }

  #forgetOldest(newest: Report): void {
    const oldest = this.#recent[this.#next];
    this.#recent[this.#next] = newest;
    this.#next = (this.#next + 1) % RECENT_REPORTS;
    if (oldest === undefined) return;
    oldest.count--;
    this.#sink(oldest);
    if (oldest.count === 0) this.#reports.pop(); // nobody is named less
  }

  #rise(report: Report): void {
    let place = this.#reports.indexOf(report);
    for (let above = this.#reports[place - 1]; above && above.count < report.count; above = this.#reports[place - 1]) {
      this.#reports[place--] = above;
    }
    this.#reports[place] = report;
  }

  #sink(report: Report): void {
    let place = this.#reports.indexOf(report);
    for (let below = this.#reports[place + 1]; below && below.count > report.count; below = this.#reports[place + 1]) {
      this.#reports[place++] = below;
    }
    this.#reports[place] = report;
  }
}
