/** A length of time: milliseconds, or a number with a unit: `"250ms"`, `"30s"`, `"5m"`, `"1h"`, `"7d"`. */
export type Duration = number | string;

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** @throws TypeError when the text is no duration, or the number is negative or not a number. */
export function toMilliseconds(duration: Duration): number {
  const match = typeof duration === "string" ? /^(\d+(?:\.\d+)?)\s*([a-z]+)$/.exec(duration.trim()) : undefined;
  const milliseconds =
    typeof duration === "number" ? duration : Number(match?.[1]) * (UNIT_MS[match?.[2] ?? ""] ?? Number.NaN);
  if (!(milliseconds >= 0)) {
    throw new TypeError(
      `"${duration}" is not a duration: give milliseconds, or a text like "250ms", "30s", "5m", "1h"`,
    );
  }
  return milliseconds;
}
