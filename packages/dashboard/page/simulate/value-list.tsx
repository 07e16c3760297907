import type { WatchedValue } from "./frame.ts";
import type { SimulationModel } from "./simulation-model.ts";

/** So many nodes keep a value, its writer among them. */
const FULL = 9;

/** Every value with its copies. */
export function ValueList({ model }: { readonly model: SimulationModel }) {
  const values = model.frame.value?.values ?? [];
  return (
    <section class="section" aria-labelledby="values-title">
      <h2 id="values-title">The values and their copies</h2>
      <ul class="values">
        {values.map((value) => (
          <ValueRow key={value.name} value={value} />
        ))}
      </ul>
    </section>
  );
}

function ValueRow({ value: { name, copies, isRenewed } }: { readonly value: WatchedValue }) {
  const text =
    copies === 0 ? "lost" : `${copies} ${copies === 1 ? "copy" : "copies"}${isRenewed ? "" : ", not renewed"}`;
  return (
    <li class={copies === 0 ? "is-gone" : ""}>
      <span>{name}</span>
      <span>
        <span class="copies" aria-hidden="true">
          {"●".repeat(Math.min(copies, FULL))}
          <span class="missing">{"○".repeat(Math.max(0, FULL - copies))}</span>
        </span>
        <span class="visually-hidden">{text}</span>
      </span>
    </li>
  );
}
