import { useEffect, useState } from "preact/hooks";
import { useTitle } from "../document/title.ts";
import { DotSign } from "../ring/dot-sign.tsx";
import { RingCanvas } from "../ring/ring-canvas.tsx";
import { AnswersPlot } from "./answers-plot.tsx";
import { Controls } from "./controls.tsx";
import { Gauges } from "./gauges.tsx";
import { MessagesPlot } from "./messages-plot.tsx";
import { SimulationModel } from "./simulation-model.ts";
import { tellStory } from "./story.ts";
import { ValueList } from "./value-list.tsx";

/** A network that lives in the page, to try things on. It ends when somebody leaves the view. */
export function SimulateView() {
  useTitle("Simulate");
  const [model, setModel] = useState<SimulationModel>();
  useEffect(() => {
    const made = new SimulationModel();
    setModel(made);
    return () => made.close();
  }, []);
  return (
    <main class="view" id="content" tabIndex={-1}>
      {model !== undefined && <Network model={model} />}
    </main>
  );
}

function Network({ model }: { readonly model: SimulationModel }) {
  const running = model.frame.value?.running ?? 0;
  return (
    <>
      <div class="column">
        <Story model={model} />
        <section class="section" aria-labelledby="network-title">
          <h2 id="network-title">{running} nodes up</h2>
          <RingCanvas
            scene={model.scene}
            label={`A simulated network of ${running} nodes on the circle of all keys.`}
          />
          <ul class="legend">
            <DotSign look="good" text="node" />
            <DotSign look="holder" text="holds values" />
            <DotSign look="gone" text="down" />
          </ul>
        </section>
        <AnswersPlot model={model} />
      </div>
      <div class="column">
        <Controls model={model} />
        <Gauges model={model} />
        <ValueList model={model} />
        <MessagesPlot model={model} />
      </div>
    </>
  );
}

function Story({ model }: { readonly model: SimulationModel }) {
  return (
    <section class="section" aria-label="What is to be seen">
      <div class="story">
        <h1>A network to try</h1>
        <p role="status">{textFor(model)}</p>
      </div>
    </section>
  );
}

function textFor({ frame, story, settings, samples, isBroken }: SimulationModel): string {
  if (isBroken.value) return "The simulation broke off. Leave this view and come back to begin anew.";
  return frame.value === undefined
    ? "Starting …"
    : tellStory(story.value, frame.value, { ...settings.value, success: samples.value.at(-1)?.success });
}
