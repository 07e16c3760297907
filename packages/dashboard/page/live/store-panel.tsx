import type { StoredKeyRow, StoredValueRow } from "../../src/messages.ts";
import { durationText, sizeText } from "../format/quantity.ts";
import type { LiveModel } from "./live-model.ts";

/** A plain value lives so long: its bar is full then. */
const USUAL_LIFE_MS = 10 * 60_000;
/** Beyond a hundred years nobody counts. */
const ENDLESS_MS = 100 * 365 * 86_400_000;

/** What the node holds, how long it lives, and who wants to hear of it. */
export function StorePanel({ model }: { readonly model: LiveModel }) {
  const keys = model.keys.value;
  model.trafficBeat.value; // once a second the time is another
  const values = keys.reduce((count, key) => count + key.values.length, 0);
  const listeners = keys.reduce((count, key) => count + key.listeners, 0);
  return (
    <section class="section store late" aria-labelledby="store-title">
      <h2 id="store-title">
        {values} {values === 1 ? "value" : "values"} held, {listeners} {listeners === 1 ? "listener" : "listeners"}
      </h2>
      {keys.length === 0 ? (
        <p class="soft">Nothing yet. Values come here when their key is close to this node’s id.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable without a mouse
        <div class="scroll" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">Key</th>
                <th scope="col" class="number">
                  Size
                </th>
                <th scope="col">Lives for</th>
                <th scope="col" class="number">
                  Listeners
                </th>
              </tr>
            </thead>
            <tbody>{keys.map((key) => rowsOf(key))}</tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function rowsOf({ key, values, listeners }: StoredKeyRow) {
  const rows = Math.max(1, values.length);
  return Array.from({ length: rows }, (_, index) => (
    <tr key={`${key}${values[index]?.id}`}>
      {index === 0 && (
        <th scope="rowgroup" rowSpan={rows}>
          <span class="mono key">{key}</span>
        </th>
      )}
      <ValueCells value={values[index]} />
      {index === 0 && (
        <td class="number" rowSpan={rows}>
          {listeners}
        </td>
      )}
    </tr>
  ));
}

function ValueCells({ value }: { readonly value: StoredValueRow | undefined }) {
  if (value === undefined) {
    return (
      <>
        <td class="number">–</td>
        <td class="soft">awaited</td>
      </>
    );
  }
  const left = Math.max(0, value.expires - Date.now());
  const share = Math.min(1, left / USUAL_LIFE_MS);
  return (
    <>
      <td class="number">{sizeText(value.size)}</td>
      <td>
        <span class="life" style={{ "--left": `${share * 100}%` }} aria-hidden="true" />
        {left > ENDLESS_MS ? "ever" : durationText(left)}
      </td>
    </>
  );
}
