import { useMemo } from "preact/hooks";
import type uPlot from "uplot";
import { quietAxes } from "../chart/axes.ts";
import { Plot, type PlotDesign } from "../chart/plot.tsx";
import { KindLegend } from "../traffic/kind-legend.tsx";
import { TRAFFIC_KINDS } from "../traffic/kinds.ts";
import { riverColumns, riverSeries } from "../traffic/river.ts";
import type { SimulationModel } from "./simulation-model.ts";

const HEIGHT_PX = 180;

/** How well lookups go and what is sent, over virtual time. */
export function Plots({ model }: { readonly model: SimulationModel }) {
  const samples = model.samples.value;
  const times = useMemo(() => samples.map(({ at }) => at / 60_000), [samples]);
  const answers = useMemo<uPlot.AlignedData>(
    () => [
      times,
      samples.map(({ success }) => (success === undefined ? null : success * 100)),
      samples.map(({ copies }) => copies),
    ],
    [times, samples],
  );
  const river = useMemo(
    () =>
      riverColumns(
        times,
        TRAFFIC_KINDS.map((kind) => samples.map(({ messages }) => messages[kind])),
      ),
    [times, samples],
  );
  return (
    <>
      <section class="section" aria-labelledby="answers-title">
        <h2 id="answers-title">Does it still answer?</h2>
        <Plot
          label="Share of lookups that succeed, and copies of each value, over virtual minutes"
          height={HEIGHT_PX}
          design={ANSWERS}
          data={answers}
        />
        <dl class="kinds">
          <div>
            <dt style={{ "--colour": "var(--reed)" }}>lookups that succeed, left</dt>
          </div>
          <div>
            <dt style={{ "--colour": "var(--ember)" }}>copies of each value, right</dt>
          </div>
        </dl>
      </section>
      <section class="section" aria-labelledby="river-title">
        <h2 id="river-title">Messages per second, in the whole network</h2>
        <Plot
          label="Messages per second by kind, over virtual minutes"
          height={HEIGHT_PX}
          design={RIVER}
          data={river}
        />
        <KindLegend />
      </section>
    </>
  );
}

const minutes = (amount: number) => `${amount} min`;

const ANSWERS: PlotDesign = (colour) => ({
  legend: { show: false },
  cursor: { show: false },
  scales: { x: { time: false }, y: { range: [0, 100] }, copies: { range: [0, 12] } },
  axes: quietAxes(colour, { time: minutes, amount: (percent) => `${percent} %`, right: "copies" }),
  series: [
    {},
    { stroke: colour("--reed"), width: 2.5, points: { show: false } },
    { stroke: colour("--ember"), width: 2.5, points: { show: false }, scale: "copies" },
  ],
});

const RIVER: PlotDesign = (colour) => ({
  legend: { show: false },
  cursor: { show: false },
  scales: { x: { time: false } },
  axes: quietAxes(colour, { time: minutes, amount: String }),
  ...riverSeries(colour, 1),
});
