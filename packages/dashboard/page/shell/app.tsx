import { LiveView } from "../live/live-view.tsx";
import { SimulateView } from "../simulate/simulate-view.tsx";
import { Masthead } from "./masthead.tsx";
import { view } from "./route.ts";

export function App() {
  return (
    <>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <Masthead />
      {view.value === "live" ? <LiveView /> : <SimulateView />}
    </>
  );
}
