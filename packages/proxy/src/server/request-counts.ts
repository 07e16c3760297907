import type { Sample } from "./metrics.ts";

/** How many requests of each kind had which outcome. Routes are those that exist, so there are few kinds. */
export class RequestCounts {
  readonly #byKind = new Map<string, { readonly route: string; readonly status: number; count: number }>();

  add(route: string, status: number): void {
    const kind = `${route} ${status}`;
    const counted = this.#byKind.get(kind);
    if (counted) counted.count++;
    else this.#byKind.set(kind, { route, status, count: 1 });
  }

  get samples(): Sample[] {
    return [...this.#byKind.values()].map(({ route, status, count }) => ({ labels: { route, status }, value: count }));
  }
}
