import { beginningOf } from "../format/long-text.ts";
import type { Listening } from "./listening.ts";
import { ValueView } from "./value-view.tsx";

/** What the page listens to, and what it has heard. */
export function ListeningList({ listening }: { readonly listening: Listening }) {
  return (
    <>
      {listening.ears.value.map(({ key, heard }) => (
        <div class="journey" key={key}>
          <div class="journey-head">
            <h3 class="label">Listening to “{beginningOf(key)}”</h3>
            <button
              type="button"
              class="quiet"
              onClick={() => listening.stop(key)}
              aria-label={`Stop listening to ${beginningOf(key)}`}
            >
              Stop
            </button>
          </div>
          <ul class="said" aria-live="polite" aria-label={`Heard at ${beginningOf(key)}`}>
            {heard.length === 0 && <li class="silent">Nothing yet.</li>}
            {heard.map(({ id, text, expired }) => (
              <li key={id} class={expired ? "ended" : ""}>
                <span aria-hidden="true">{expired ? "−" : "+"}</span>
                <span>
                  <ValueView text={text} />
                  {expired && <span class="visually-hidden"> (gone)</span>}
                </span>
              </li>
            ))}
          </ul>
        </div>
      ))}
      {listening.isFull && <p class="soft">The page listens to eight keys at most.</p>}
    </>
  );
}
