import { useSignal } from "@preact/signals";
import { JourneyList } from "./journey-list.tsx";
import type { Listening } from "./listening.ts";
import { ListeningList } from "./listening-list.tsx";
import type { LiveModel } from "./live-model.ts";
import { RequestError, type ShownValue } from "./page-dht.ts";

const MOST_SHOWN = 50;

/** Look up, put and listen, from the page. */
export function AskPanel({ model, listening }: { readonly model: LiveModel; readonly listening: Listening }) {
  const key = useSignal("greeting");
  const text = useSignal("");
  const outcome = useSignal("");
  const found = useSignal<readonly ShownValue[]>([]);
  const search = useSignal<AbortController | undefined>(undefined);

  const tell = async (work: () => Promise<string>) => {
    try {
      outcome.value = await work();
    } catch (error) {
      outcome.value = `That did not work: ${error instanceof RequestError ? error.message : "the server does not answer"}.`;
    }
  };
  const lookUp = () =>
    tell(async () => {
      search.value?.abort();
      const current = new AbortController();
      search.value = current;
      found.value = [];
      outcome.value = "Looking …";
      await model.lookUp(key.value);
      for await (const value of model.dht.get(key.value, current.signal)) {
        found.value = [...found.value, value].slice(-MOST_SHOWN);
      }
      const { length } = found.value;
      return length === 0 ? "Nothing there." : `Found ${length} ${length === 1 ? "value" : "values"}.`;
    });
  const put = () =>
    tell(async () => {
      outcome.value = "Putting …";
      await model.dht.put(key.value, text.value);
      return `Stored under “${key.value}”, for ten minutes.`;
    });

  return (
    <section class="section" aria-labelledby="ask-title">
      <h2 id="ask-title">Ask the network</h2>
      <form
        class="ask"
        onSubmit={(event) => {
          event.preventDefault();
          void lookUp();
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
            maxLength={500}
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
        <div class="field">
          <label for="value">Value to put there</label>
          <div class="field-row">
            <input
              id="value"
              type="text"
              autocomplete="off"
              maxLength={4000}
              value={text}
              onInput={(event) => (text.value = event.currentTarget.value)}
            />
            <button type="button" disabled={key.value === "" || text.value === ""} onClick={() => void put()}>
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
              <span>{content}</span>
            </li>
          ))}
        </ul>
      )}
      <JourneyList model={model} />
      <ListeningList listening={listening} />
    </section>
  );
}
