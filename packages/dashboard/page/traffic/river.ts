import type uPlot from "uplot";
import { KIND_SIGNS, TRAFFIC_KINDS } from "./kinds.ts";

/** What flows at each time: one list of amounts for each kind, in the order of TRAFFIC_KINDS. */
export type Layers = readonly (readonly number[])[];

/**
 * The columns of a river: layer upon layer, what flows in above the line and, if given, what flows out below it. Each
 * column is the outer edge of a layer.
 */
export function riverColumns(times: readonly number[], above: Layers, below: Layers = []): uPlot.AlignedData {
  return [[...times], ...edges(times.length, above, 1), ...edges(times.length, below, -1)];
}

/** How uPlot draws such columns: each layer filled from its edge to the one before. */
export function riverSeries(
  colour: (name: string) => string,
  banks: 1 | 2,
): { readonly series: uPlot.Series[]; readonly bands: uPlot.Band[] } {
  const colours = TRAFFIC_KINDS.map((kind) => colour(KIND_SIGNS[kind].colour));
  const bank = colours.map((fill, index) => ({
    stroke: fill,
    width: 0,
    points: { show: false },
    ...(index === 0 && { fill }),
  }));
  const bands = (first: number, dir: 1 | -1) =>
    colours.slice(1).map((fill, index): uPlot.Band => ({ series: [first + index + 1, first + index], fill, dir }));
  return banks === 1
    ? { series: [{}, ...bank], bands: bands(1, -1) }
    : { series: [{}, ...bank, ...bank], bands: [...bands(1, -1), ...bands(1 + bank.length, 1)] };
}

function edges(length: number, layers: Layers, direction: 1 | -1): number[][] {
  const edge = new Array<number>(length).fill(0);
  return layers.map((layer) => {
    for (let i = 0; i < length; i++) edge[i] = (edge[i] ?? 0) + direction * (layer[i] ?? 0);
    return [...edge];
  });
}
