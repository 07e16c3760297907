import type { Sample } from "./metrics.ts";

/** How many requests of each kind had which outcome. Routes are those that exist, so there are few kinds. */
export class RequestCounts {
  readonly #byRoute = new Map<string, Map<number, number>>();

  add(route: string, status: number): void {
    let byStatus = this.#byRoute.get(route);
    if (byStatus === undefined) {
      byStatus = new Map();
      this.#byRoute.set(route, byStatus);
    }
    byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
  }

  get samples(): Sample[] {
    const samples: Sample[] = [];
    for (const [route, byStatus] of this.#byRoute) {
      for (const [status, value] of byStatus) samples.push({ labels: { route, status }, value });
    }
    return samples;
  }
}
