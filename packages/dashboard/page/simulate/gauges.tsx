import { durationText } from "../format/quantity.ts";
import type { SimulationModel } from "./simulation-model.ts";

/** The figures that tell how the network does. */
export function Gauges({ model }: { readonly model: SimulationModel }) {
  const frame = model.frame.value;
  const sample = model.samples.value.at(-1);
  const values = frame?.values ?? [];
  const alive = values.filter(({ copies }) => copies > 0).length;
  const messages = sample === undefined ? 0 : Object.values(sample.messages).reduce((sum, rate) => sum + rate, 0);
  return (
    <dl class="gauges" aria-label="Figures">
      <Gauge name="values alive" value={`${alive} of ${values.length}`} />
      <Gauge name="copies, the writer’s too" value={(sample?.copies ?? 0).toFixed(1)} />
      <Gauge
        name="lookups succeed"
        value={sample?.success === undefined ? "–" : `${Math.round(sample.success * 100)} %`}
      />
      <Gauge name="a lookup takes" value={sample?.lookupMs === undefined ? "–" : `${Math.round(sample.lookupMs)} ms`} />
      <Gauge name="messages per second" value={String(Math.round(messages))} />
      <Gauge name={`since the start, ${paceText(model)}`} value={durationText(frame?.now ?? 0)} />
    </dl>
  );
}

function Gauge({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function paceText(model: SimulationModel): string {
  if (!model.isRunning.value) return "paused";
  if (model.frame.value?.isLookingUp) return "slowly";
  const reached = model.reached.value;
  return `at ${reached < 1 ? reached.toFixed(2) : Math.round(reached)} ×`;
}
