import { useMemo } from "preact/hooks";
import { quietAxes } from "../chart/axes.ts";
import { Plot, type PlotDesign } from "../chart/plot.tsx";
import { KindLegend } from "../traffic/kind-legend.tsx";
import { TRAFFIC_KINDS } from "../traffic/kinds.ts";
import { riverColumns, riverSeries } from "../traffic/river.ts";
import type { LiveModel } from "./live-model.ts";

const HEIGHT_PX = 200;
const WINDOW_S = 300;
const MINUTE_S = 60;

/** What passes through the node, kind by kind, over the last minutes. */
export function TrafficPanel({ model }: { readonly model: LiveModel }) {
  const { traffic } = model;
  const beat = model.trafficBeat.value;
  const data = useMemo(
    () =>
      riverColumns(
        traffic.times,
        TRAFFIC_KINDS.map((kind) => traffic.received[kind]),
        TRAFFIC_KINDS.map((kind) => traffic.sent[kind]),
      ),
    [traffic, beat],
  );
  return (
    <section class="section wide" aria-labelledby="traffic-title">
      <div class="section-head">
        <h2 id="traffic-title">Messages per second</h2>
        <p class="soft">Received above the line, sent below it. Counts of the last five minutes.</p>
      </div>
      <Plot
        label="Messages per second over the last five minutes, received and sent. The list below has the counts."
        height={HEIGHT_PX}
        design={DESIGN}
        data={data}
      />
      <KindLegend totalOf={(kind) => traffic.total(kind)} />
    </section>
  );
}

const DESIGN: PlotDesign = (colour) => ({
  legend: { show: false },
  cursor: { show: false },
  scales: { x: { time: false, range: (_plot, _low, high) => [high - WINDOW_S, high] } },
  axes: quietAxes(colour, {
    timeSplits: (_first, last) => Array.from({ length: 6 }, (_, index) => last - WINDOW_S + index * MINUTE_S),
    time: (seconds, last) => (seconds === last ? "now" : `−${Math.round((last - seconds) / MINUTE_S)} min`),
    amount: (amount) => String(Math.abs(amount)),
  }),
  ...riverSeries(colour, 2),
});
