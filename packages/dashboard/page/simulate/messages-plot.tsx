import { useMemo } from "preact/hooks";
import { quietAxes } from "../chart/axes.ts";
import { Plot, type PlotDesign } from "../chart/plot.tsx";
import { KindLegend } from "../traffic/kind-legend.tsx";
import { TRAFFIC_KINDS } from "../traffic/kinds.ts";
import { riverColumns, riverSeries } from "../traffic/river.ts";
import { PLOT_HEIGHT_PX, timesOf, timeText } from "./plot-time.ts";
import type { SimulationModel } from "./simulation-model.ts";

/** What all nodes send, kind by kind, over virtual time. */
export function MessagesPlot({ model }: { readonly model: SimulationModel }) {
  const samples = model.samples.value;
  const data = useMemo(() => {
    const layers = TRAFFIC_KINDS.map((kind) => samples.map(({ messages }) => messages[kind]));
    return riverColumns(timesOf(samples), layers);
  }, [samples]);
  return (
    <section class="section late" aria-labelledby="messages-title">
      <h2 id="messages-title">Messages per second, in the whole network</h2>
      <Plot
        label="Messages per second by kind, over virtual minutes"
        height={PLOT_HEIGHT_PX}
        design={DESIGN}
        data={data}
      />
      <KindLegend />
    </section>
  );
}

const DESIGN: PlotDesign = (colour) => ({
  legend: { show: false },
  cursor: { show: false },
  scales: { x: { time: false } },
  axes: quietAxes(colour, { time: timeText, amount: String }),
  ...riverSeries(colour, 1),
});
