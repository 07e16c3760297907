import type { Asking } from "./asking.ts";
import { JourneyList } from "./journey-list.tsx";
import type { Listening } from "./listening.ts";
import { ListeningList } from "./listening-list.tsx";
import type { LiveModel } from "./live-model.ts";
import { ValueView } from "./value-view.tsx";

interface AskPanelProps {
  readonly model: LiveModel;
  readonly asking: Asking;
  readonly listening: Listening;
}

/** Look up, put and listen, from the page. */
export function AskPanel({ model, asking, listening }: AskPanelProps) {
  const { key, text, outcome, found } = asking;
  return (
    <section class="section" aria-labelledby="ask-title">
      <h2 id="ask-title">Ask the network</h2>
      <form
        class="ask"
        onSubmit={(event) => {
          event.preventDefault();
          void asking.lookUp();
        }}
      >
        <div class="field">
          <label for="key">Key: a name, or 40 hexadecimal digits</label>
          <input
            id="key"
            type="text"
            required
            autocomplete="off"
            spellcheck={false}
            value={key}
            onInput={(event) => (key.value = event.currentTarget.value)}
          />
        </div>
        <div class="actions">
          <button type="submit" class="primary" disabled={key.value === ""}>
            Look up
          </button>
          <button type="button" disabled={key.value === ""} onClick={() => listening.start(key.value)}>
            Listen
          </button>
        </div>
      </form>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void asking.put();
        }}
      >
        <div class="field">
          <label for="value">Value to put there</label>
          <div class="field-row">
            <textarea
              id="value"
              rows={1}
              autocomplete="off"
              value={text}
              onInput={(event) => (text.value = event.currentTarget.value)}
              onKeyDown={submitOnEnter}
            />
            <button type="submit" disabled={key.value === "" || text.value === ""}>
              Put
            </button>
          </div>
        </div>
      </form>
      <p class="outcome" role="status">
        {outcome}
      </p>
      {found.value.length > 0 && (
        <ul class="said" aria-label="Values found">
          {found.value.map(({ id, text: content }) => (
            <li key={id}>
              <span aria-hidden="true">·</span>
              <span>
                <ValueView text={content} />
              </span>
            </li>
          ))}
        </ul>
      )}
      <JourneyList model={model} />
      <ListeningList listening={listening} />
    </section>
  );
}

/** As in a field of one line; with the shift key, another line begins. */
function submitOnEnter(event: preact.TargetedKeyboardEvent<HTMLTextAreaElement>): void {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  event.currentTarget.form?.requestSubmit();
}
