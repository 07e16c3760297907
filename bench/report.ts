import type { Measurement } from "./measurement.ts";
import { quantile } from "./quantile.ts";

/** A measurement with its medians, ready for a table or a file. */
export interface Row {
  readonly metric: string;
  readonly unit: string;
  readonly medians: Readonly<Record<string, number>>;
  /** Median of the first contender over the median of the second; undefined where one is missing. */
  readonly ratio: number | undefined;
  readonly samples: Measurement["samples"];
}

export function rowsOf(measurements: readonly Measurement[], first: string, second: string): readonly Row[] {
  return measurements.map(({ metric, unit, samples }) => {
    const medians = Object.fromEntries(Object.entries(samples).map(([name, all]) => [name, quantile(all, 0.5)]));
    const [a, b] = [medians[first], medians[second]];
    return { metric, unit, medians, samples, ratio: a !== undefined && b ? a / b : undefined };
  });
}

/** The rows as a table of plain text, a column for each contender and one for the ratio. */
export function formatTable(rows: readonly Row[], contenders: readonly string[]): string {
  const header = ["", "unit", ...contenders, `${contenders[0]} / ${contenders[1]}`];
  const lines = rows.map(({ metric, unit, medians, ratio }) => [
    metric,
    unit,
    ...contenders.map((name) => formatNumber(medians[name])),
    ratio === undefined ? "" : `${ratio.toFixed(2)} ×`,
  ]);
  const widths = header.map((_, column) => Math.max(...[header, ...lines].map((line) => line[column]?.length ?? 0)));
  const format = (line: readonly string[]): string =>
    line
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ");
  return [header, ...lines].map(format).join("\n");
}

/** Three significant digits, or all before the point. */
function formatNumber(value: number | undefined): string {
  if (value === undefined) return "";
  if (value === 0) return "0";
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 4));
}
