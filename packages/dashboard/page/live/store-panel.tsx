import type { StoredKeyRow, StoredValueRow } from "../../src/messages.ts";
import { durationText, sizeText } from "../format/quantity.ts";
import { countText, listenerCount } from "./listeners.ts";
import { ListenersList } from "./listeners-list.tsx";
import type { LiveModel } from "./live-model.ts";

/** A plain value lives so long: its bar is full then. */
const USUAL_LIFE_MS = 10 * 60_000;
/** Beyond a hundred years it is a value that this node itself renews. */
const ENDLESS_MS = 100 * 365 * 86_400_000;

/** What the node holds, how long it lives, and who wants to hear of it. */
export function StorePanel({ model }: { readonly model: LiveModel }) {
  const keys = model.keys.value;
  model.trafficBeat.value; // once a second the time is another
  const values = keys.reduce((count, key) => count + key.valueCount, 0);
  const listeners = keys.reduce((count, key) => count + listenerCount(key.listeners), 0);
  return (
    <section class="section store late" aria-labelledby="store-title">
      <h2 id="store-title">
        {values} {values === 1 ? "value" : "values"} held, {countText(listeners)}
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
              </tr>
            </thead>
            {keys.map((row) => (
              <KeyRows key={row.key} row={row} />
            ))}
          </table>
        </div>
      )}
    </section>
  );
}

function KeyRows({ row: { key, values, valueCount, listeners } }: { readonly row: StoredKeyRow }) {
  const valueRows = Math.max(1, values.length);
  const unshown = valueCount - values.length;
  const isHeard = listenerCount(listeners) > 0;
  return (
    <tbody>
      {Array.from({ length: valueRows }, (_, index) => (
        <tr key={values[index]?.id}>
          {index === 0 && (
            <th scope="rowgroup" rowSpan={valueRows + (unshown > 0 ? 1 : 0) + (isHeard ? 1 : 0)}>
              <span class="mono key">{key}</span>
            </th>
          )}
          <ValueCells value={values[index]} />
        </tr>
      ))}
      {unshown > 0 && (
        <tr key="unshown">
          <td colSpan={2}>and {unshown} more</td>
        </tr>
      )}
      {isHeard && (
        <tr key="listeners">
          <td colSpan={2}>
            <ListenersList listeners={listeners} />
          </td>
        </tr>
      )}
    </tbody>
  );
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
        {left > ENDLESS_MS ? "while renewed" : durationText(left)}
      </td>
    </>
  );
}
