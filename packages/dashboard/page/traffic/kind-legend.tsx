import { KIND_SIGNS, TRAFFIC_KINDS, type TrafficKind } from "./kinds.ts";

/** Which colour is which kind of message, and how many there were if that is known. */
export function KindLegend({ totalOf }: { readonly totalOf?: (kind: TrafficKind) => number }) {
  return (
    <dl class="kinds">
      {TRAFFIC_KINDS.map((kind) => (
        <div key={kind}>
          <dt style={{ "--colour": `var(${KIND_SIGNS[kind].colour})` }}>{KIND_SIGNS[kind].name}</dt>
          {totalOf !== undefined && <dd>{totalOf(kind)}</dd>}
        </div>
      ))}
    </dl>
  );
}
