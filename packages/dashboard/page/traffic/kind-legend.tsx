import { KIND_SIGNS, TRAFFIC_KINDS, type TrafficKind } from "./kinds.ts";

/** Which colour is which kind of message, and how many there were if that is known. */
export function KindLegend({ totalOf }: { readonly totalOf?: (kind: TrafficKind) => number }) {
  return (
    <ul class="kinds">
      {TRAFFIC_KINDS.map((kind) => (
        <li key={kind} style={{ "--colour": `var(${KIND_SIGNS[kind].colour})` }}>
          {KIND_SIGNS[kind].name}
          {totalOf !== undefined && <b>{totalOf(kind)}</b>}
        </li>
      ))}
    </ul>
  );
}
