/** A limit as users write it: 0 or nothing for the default, negative for none. */
export function resolveLimit(limit: number | undefined, whenDefault: number): number {
  if (limit === undefined || limit === 0) return whenDefault;
  return limit < 0 ? Number.POSITIVE_INFINITY : limit;
}
