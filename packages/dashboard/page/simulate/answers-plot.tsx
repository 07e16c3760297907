import { useMemo } from "preact/hooks";
import type uPlot from "uplot";
import { quietAxes } from "../chart/axes.ts";
import { Plot, type PlotDesign } from "../chart/plot.tsx";
import { PLOT_HEIGHT_PX, timesOf, timeText } from "./plot-time.ts";
import type { SimulationModel } from "./simulation-model.ts";

/** How well lookups go and how many copies there are, over virtual time. */
export function AnswersPlot({ model }: { readonly model: SimulationModel }) {
  const samples = model.samples.value;
  const data = useMemo<uPlot.AlignedData>(
    () => [
      timesOf(samples),
      samples.map(({ success }) => (success === undefined ? null : success * 100)),
      samples.map(({ copies }) => copies),
    ],
    [samples],
  );
  return (
    <section class="section late" aria-labelledby="answers-title">
      <h2 id="answers-title">Does it still answer?</h2>
      <Plot
        label="Share of lookups that succeed, and copies of each value, over virtual minutes"
        height={PLOT_HEIGHT_PX}
        design={DESIGN}
        data={data}
      />
      <ul class="kinds">
        <li style={{ "--colour": "var(--reed)" }}>lookups that succeed, left</li>
        <li style={{ "--colour": "var(--ember)" }}>copies of each value, right</li>
      </ul>
    </section>
  );
}

const DESIGN: PlotDesign = (colour) => ({
  legend: { show: false },
  cursor: { show: false },
  scales: { x: { time: false }, y: { range: [0, 104] }, copies: { range: [0, 12.5] } },
  axes: quietAxes(colour, { time: timeText, amount: (percent) => `${percent} %`, right: "copies" }),
  series: [
    {},
    { stroke: colour("--reed"), width: 2.5, points: { show: false } },
    { stroke: colour("--ember"), width: 2.5, points: { show: false }, scale: "copies" },
  ],
});
