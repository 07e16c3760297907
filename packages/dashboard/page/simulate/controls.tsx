import type { Deed } from "./protocol.ts";
import { MAX_NODES, MIN_NODES, SPEEDS } from "./settings.ts";
import type { SimulationModel } from "./simulation-model.ts";

/** What one can do to the network, and what one can turn. */
export function Controls({ model }: { readonly model: SimulationModel }) {
  const { nodes, loss, churn, latencyMs } = model.settings.value;
  const speed = model.speed.value;
  const isSplit = model.frame.value?.isSplit ?? false;
  const isRunning = model.isRunning.value;
  return (
    <section class="section" aria-labelledby="controls-title">
      <h2 id="controls-title">Do something to it</h2>
      <div class="deeds">
        <DeedButton model={model} deed="kill" text="Kill a third" isPrimary />
        <DeedButton model={model} deed="revive" text="Bring them back" />
        <DeedButton model={model} deed="lookUp" text="Look up a value" />
        <DeedButton
          model={model}
          deed={isSplit ? "heal" : "split"}
          text={isSplit ? "Heal the split" : "Split in two"}
        />
        <DeedButton model={model} deed="put" text="Put 12 values" />
        <DeedButton model={model} deed="stopWriters" text="Stop renewing" />
      </div>
      <div class="sliders">
        <Slider
          name="Datagrams lost"
          value={Math.round(loss * 100)}
          range={[0, 60, 1]}
          text={`${Math.round(loss * 100)} %`}
          onChange={(percent) => model.set({ loss: percent / 100 })}
        />
        <Slider
          name="Nodes that leave in a minute"
          value={Math.round(churn * 100)}
          range={[0, 50, 1]}
          text={`${Math.round(churn * 100)} %`}
          onChange={(percent) => model.set({ churn: percent / 100 })}
        />
        <Slider
          name="Way of a datagram"
          value={latencyMs}
          range={[1, 400, 1]}
          text={`${latencyMs} ms`}
          onChange={(ms) => model.set({ latencyMs: ms })}
        />
        <Slider
          name="Nodes"
          value={nodes}
          range={[MIN_NODES, MAX_NODES, 10]}
          text={String(nodes)}
          onChange={(count) => model.set({ nodes: count })}
        />
        <Slider
          name="Speed of time"
          value={SPEEDS.indexOf(speed)}
          range={[0, SPEEDS.length - 1, 1]}
          text={`${speed} ×`}
          onChange={(step) => model.setSpeed(SPEEDS[step] ?? speed)}
        />
        <button type="button" aria-pressed={!isRunning} onClick={() => model.pause(isRunning)}>
          {isRunning ? "Pause" : "Go on"}
        </button>
      </div>
    </section>
  );
}

interface DeedButtonProps {
  readonly model: SimulationModel;
  readonly deed: Deed;
  readonly text: string;
  readonly isPrimary?: boolean;
}

function DeedButton({ model, deed, text, isPrimary = false }: DeedButtonProps) {
  return (
    <button type="button" class={isPrimary ? "primary" : ""} onClick={() => model.do(deed)}>
      {text}
    </button>
  );
}

interface SliderProps {
  readonly name: string;
  readonly value: number;
  /** Least, most, step. */
  readonly range: readonly [number, number, number];
  /** The value with its unit. */
  readonly text: string;
  readonly onChange: (value: number) => void;
}

function Slider({ name, value, range: [min, max, step], text, onChange }: SliderProps) {
  const id = `slider-${name.toLowerCase().replaceAll(" ", "-")}`;
  return (
    <div class="slider">
      <label for={id}>{name}</label>
      <output for={id}>{text}</output>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        aria-valuetext={text}
        onInput={(event) => onChange(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}
