/** The sample at quantile `q` (0 … 1); −1 when there is none, as in the C++ contender. */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? -1;
}
