import type { NodeMessage } from "../../src/messages.ts";
import { useTitle } from "../document/title.ts";
import { durationText } from "../format/quantity.ts";
import { accessToken, enterWith } from "./access.ts";
import type { FeedState } from "./event-feed.ts";
import type { LiveModel } from "./live-model.ts";

/** How the node is: one word, and why. */
export function HealthPanel({ model }: { readonly model: LiveModel }) {
  const { word, why, look } = wordFor(model.feed.value, model.node.value);
  useTitle(word);
  return (
    <section class="section" aria-label="Health">
      <div class="health" role="status">
        <h1 class={`health-word is-${look}`}>{word}</h1>
        <p class="health-why">{why}</p>
      </div>
      {model.feed.value === "refused" ? (
        <AccessForm wasRefused={accessToken() !== undefined} />
      ) : (
        <Facts model={model} />
      )}
    </section>
  );
}

function AccessForm({ wasRefused }: { readonly wasRefused: boolean }) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const token = new FormData(event.currentTarget).get("token");
        if (typeof token === "string") enterWith(token);
      }}
    >
      <div class="field-row">
        <input
          type="password"
          name="token"
          aria-label="Access token"
          placeholder="Access token"
          required
          aria-invalid={wasRefused}
          aria-describedby={wasRefused ? "token-refused" : undefined}
        />
        <button type="submit" class="primary">
          Enter
        </button>
      </div>
      {wasRefused && (
        <p id="token-refused" class="refused" role="alert">
          The server refused that token. Is it complete, and still the right one?
        </p>
      )}
    </form>
  );
}

function Facts({ model }: { readonly model: LiveModel }) {
  const node = model.node.value;
  model.trafficBeat.value; // once a second the time is another
  return (
    <dl class="facts">
      <div>
        <dt>node</dt>
        <dd class="mono">{node === undefined ? "…" : `${node.id.slice(0, 16)}…`}</dd>
      </div>
      <div>
        <dt>IPv4</dt>
        <dd>{node?.status4 ?? "…"}</dd>
      </div>
      <div>
        <dt>IPv6</dt>
        <dd>{node?.status6 ?? "…"}</dd>
      </div>
      <div>
        <dt>up</dt>
        <dd>{node === undefined ? "…" : durationText(Date.now() - model.startedAt.value)}</dd>
      </div>
    </dl>
  );
}

function wordFor(feed: FeedState, node: NodeMessage | undefined) {
  if (feed === "refused")
    return {
      word: "Locked",
      why: "The server wants to know who asks. Whoever runs it can tell you an access token.",
      look: "lost",
    };
  if (feed === "lost")
    return {
      word: "Out of sight",
      why: "The server does not answer. The page keeps trying; what you see is how it was.",
      look: "lost",
    };
  if (node === undefined) return { word: "Hello", why: "Asking the server how its node is.", look: "connecting" };
  return { word: WORDS[node.health], why: node.reason, look: node.health };
}

const WORDS: Readonly<Record<NodeMessage["health"], string>> = {
  connected: "Connected",
  connecting: "Connecting",
  degraded: "Degraded",
  alone: "Alone",
};
