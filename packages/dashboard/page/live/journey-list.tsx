import { describeStop, type Stop } from "./journey.ts";
import type { LiveModel } from "./live-model.ts";

/** The last lookup, node by node: what the ring draws, in words. */
export function JourneyList({ model }: { readonly model: LiveModel }) {
  const journey = model.journey.value;
  if (journey === undefined) return null;
  const { stops, key, startedAt, endedAt } = journey;
  return (
    <div class="journey">
      <div class="journey-head">
        <h3 class="label">
          The way to <span class="mono">{key.slice(0, 10)}…</span>
        </h3>
        <span class="soft outcome">
          {stops.length} {stops.length === 1 ? "node" : "nodes"} asked
          {endedAt !== undefined && `, ${Math.max(1, Math.round(endedAt - startedAt))} ms`}
        </span>
      </div>
      {stops.length === 0 && endedAt !== undefined && (
        <p class="soft outcome">
          {model.peers.value.length === 0
            ? "There is nobody to ask."
            : "Nobody had to be asked: this node has looked there just now."}
        </p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable without a mouse */}
      <ol class="hops scroll" aria-label="Nodes asked" tabIndex={0}>
        {stops.map((stop, index) => (
          <Row key={stop.address} stop={stop} number={index + 1} />
        ))}
      </ol>
    </div>
  );
}

function Row({ stop, number }: { readonly stop: Stop; readonly number: number }) {
  return (
    <li class={`is-${stop.step}`}>
      <span class="soft">{number}</span>
      <span class="mono">{stop.id === undefined ? stop.address : `${stop.id.slice(0, 12)}…`}</span>
      <span class="step">{describeStop(stop)}</span>
    </li>
  );
}
