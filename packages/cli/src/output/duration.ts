const UNITS: readonly { readonly name: string; readonly ms: number; readonly until: number }[] = [
  { name: "us", ms: 0.001, until: 1 },
  { name: "ms", ms: 1, until: 1000 },
  { name: "s", ms: 1000, until: 60_000 },
  { name: "min", ms: 60_000, until: 3_600_000 },
  { name: "h", ms: 3_600_000, until: 72 * 3_600_000 },
  { name: "days", ms: 86_400_000, until: Number.POSITIVE_INFINITY },
];

/** Three significant digits and a unit that fits, as dhtnode prints durations: `54.3 us`, `1.41 ms`, `2 min`. */
export function formatDuration(ms: number): string {
  const length = Math.abs(ms);
  const unit = UNITS.find(({ ms: size, until }) => round(length / size) * size < until);
  return unit ? `${round(ms / unit.ms)} ${unit.name}` : `${ms} ms`;
}

function round(number: number): number {
  return Number(number.toPrecision(3));
}

const MS_PER_UNIT: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

/** `500ms`, `5s`, `2min`, `1h`, or seconds without a unit; in ms. Undefined when it is none of these. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/.exec(text.trim());
  const unit = MS_PER_UNIT[match?.[2] || "s"];
  return match && unit !== undefined ? Number(match[1]) * unit : undefined;
}

/** Counts from now on: calling what it returns tells the time since, as text. */
export function stopwatch(): () => string {
  const begun = performance.now();
  return () => formatDuration(performance.now() - begun);
}
