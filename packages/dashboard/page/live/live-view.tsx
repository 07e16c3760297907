import { useEffect } from "preact/hooks";
import { AskPanel } from "./ask-panel.tsx";
import { Asking } from "./asking.ts";
import { HealthPanel } from "./health.tsx";
import { Listening } from "./listening.ts";
import { LiveModel } from "./live-model.ts";
import { RingPanel } from "./ring-panel.tsx";
import { StorePanel } from "./store-panel.tsx";
import { TrafficPanel } from "./traffic-panel.tsx";

/** What was asked and heard stays when somebody looks at the other view in between. */
const model = new LiveModel();
const asking = new Asking(model.dht, (key) => model.lookUp(key));
const listening = new Listening(model.dht);

/** The node that serves this page, and its network. */
export function LiveView() {
  useEffect(() => {
    const stop = new AbortController();
    model.follow(stop.signal);
    return () => stop.abort();
  }, []);
  return (
    <main class="view" id="content" tabIndex={-1}>
      <div class="column">
        <HealthPanel model={model} />
        <RingPanel model={model} />
        <StorePanel model={model} />
      </div>
      <div class="column">
        <AskPanel model={model} asking={asking} listening={listening} />
        <TrafficPanel model={model} />
      </div>
    </main>
  );
}
