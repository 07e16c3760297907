/** What was measured in each repetition, by contender. */
export interface Measurement {
  readonly metric: string;
  readonly unit: string;
  readonly samples: Readonly<Record<string, readonly number[]>>;
}

/** How figures that a program prints are called in the table. */
export type MetricNames = Readonly<Record<string, readonly [metric: string, unit: string]>>;

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

  /** Adds what a program printed, where it has a name here; −1 stands for nothing measured. */
  addAll(prefix: string, names: MetricNames, contender: string, run: Readonly<Record<string, number>>): void {
    for (const [key, [metric, unit]] of Object.entries(names)) {
      const sample = run[key];
      if (sample !== undefined && sample >= 0) this.add(`${prefix}: ${metric}`, unit, contender, sample);
    }
  }

  get measurements(): readonly Measurement[] {
    return [...this.#metrics].map(([metric, { unit, samples }]) => ({ metric, unit, samples }));
  }
}
