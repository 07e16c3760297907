/** What was measured in each repetition, by contender. */
export interface Measurement {
  readonly metric: string;
  readonly unit: string;
  readonly samples: Readonly<Record<string, readonly number[]>>;
}

/** Collects samples of many metrics while contenders take turns. */
export class Samples {
  readonly #metrics = new Map<string, { readonly unit: string; readonly samples: Record<string, number[]> }>();

  add(metric: string, unit: string, contender: string, sample: number): void {
    let entry = this.#metrics.get(metric);
    if (entry === undefined) {
      entry = { unit, samples: {} };
      this.#metrics.set(metric, entry);
    }
    entry.samples[contender] ??= [];
    entry.samples[contender]?.push(sample);
  }

  get measurements(): readonly Measurement[] {
    return [...this.#metrics].map(([metric, { unit, samples }]) => ({ metric, unit, samples }));
  }
}
