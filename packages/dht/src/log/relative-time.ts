const UNITS: readonly (readonly [name: string, ms: number])[] = [
  ["days", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
  ["ms", 1],
  ["us", 0.001],
];

/** A moment as seen from `now`, both in ms: `never`, `now`, `in 1.5 min`, `12.3 s ago`. */
export function formatRelativeTime(time: number, now: number): string {
  if (!Number.isFinite(time)) return "never";
  if (time === now) return "now";
  return time > now ? `in ${formatDuration(time - now)}` : `${formatDuration(now - time)} ago`;
}

/** With three significant digits, in the largest unit of which there is at least one. */
function formatDuration(ms: number): string {
  const [name, size] = UNITS.find((unit) => ms >= unit[1]) ?? ["us", 0.001];
  return `${Number((ms / size).toPrecision(3))} ${name}`;
}
