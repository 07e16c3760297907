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
/** Marks on the time axis are so far apart: the first that leaves room for their texts. */
const STEPS_S = [15, 30, 60];
const MAX_LABELS = 5;

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
    <section class="section late" aria-labelledby="traffic-title">
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
  scales: {
    x: { time: false, range: (_plot, low, high) => shownTimes(low, high) },
    y: { range: (_plot, low, high) => [Math.min(low * 1.1, -1), Math.max(high * 1.1, 1)] },
  },
  axes: quietAxes(colour, {
    timeSplits: (first, last) => {
      const step = STEPS_S.find((each) => (last - first) / each <= MAX_LABELS) ?? WINDOW_S;
      const count = Math.floor((last - first) / step) + 1;
      return Array.from({ length: count }, (_, index) => last - index * step).reverse();
    },
    time: (time, last) => agoText(Math.round(last - time)),
    amount: (amount) => String(Math.abs(amount)),
  }),
  ...riverSeries(colour, 2),
});

/** What there is, but not less than the last minute. */
function shownTimes(first: number, last: number): [number, number] {
  return [Math.max(last - WINDOW_S, Math.min(first, last - MINUTE_S)), last];
}

function agoText(seconds: number): string {
  if (seconds === 0) return "now";
  return seconds % MINUTE_S === 0 ? `−${seconds / MINUTE_S} min` : `−${seconds} s`;
}
