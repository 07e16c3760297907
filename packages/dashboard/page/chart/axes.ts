import type uPlot from "uplot";

const FONT = '13px "Atkinson Hyperlegible Next Variable", system-ui, sans-serif';
const WIDTH_PX = 44;

export interface AxisTexts {
  /** Where times are written, from the first to the last shown; default: at round numbers. */
  readonly timeSplits?: (first: number, last: number) => number[];
  readonly time: (time: number, last: number) => string;
  readonly amount: (amount: number) => string;
  /** A second scale, whose axis stands on the right. */
  readonly right?: string;
}

/** Axes that stay in the background. */
export function quietAxes(
  colour: (name: string) => string,
  { timeSplits, time, amount, right }: AxisTexts,
): uPlot.Axis[] {
  const common = { stroke: colour("--ink-soft"), font: FONT, ticks: { show: false } };
  const times: uPlot.Axis = {
    ...common,
    size: 32,
    gap: 10,
    space: 70,
    grid: { show: false },
    values: (_plot, splits) => splits.map((split) => time(split, splits.at(-1) ?? split)),
    ...(timeSplits && { splits: (_plot, _axis, first, last) => timeSplits(first, last) }),
  };
  const amounts: uPlot.Axis = {
    ...common,
    size: WIDTH_PX,
    grid: { stroke: colour("--line"), width: 1 },
    values: (_plot, splits) => splits.map(amount),
  };
  const others: uPlot.Axis = { ...common, size: WIDTH_PX, side: 1, grid: { show: false } };
  return [times, amounts, ...(right === undefined ? [] : [{ ...others, scale: right }])];
}
