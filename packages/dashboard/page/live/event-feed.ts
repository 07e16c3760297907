import { EventSourceParserStream } from "eventsource-parser/stream";

/** How the page stands with its server. */
export type FeedState = "connecting" | "open" | "lost" | "refused";

export interface FeedOptions {
  readonly url: string;
  /** Sent with each request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Asks the server; default: the platform's `fetch`. */
  readonly fetch?: typeof fetch;
  /** Resolves after so many ms, or when the signal aborts. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** The data of an event. */
  readonly onData: (data: string) => void;
  readonly onState: (state: FeedState) => void;
  readonly signal: AbortSignal;
}

/** A server that says nothing for so long is gone: it speaks every second. */
export const SILENCE_MS = 6000;
export const FIRST_PAUSE_MS = 500;
export const LONGEST_PAUSE_MS = 10_000;

/** Follows server-sent events until the signal aborts, and comes back whenever the server goes away. */
export async function followEvents(options: FeedOptions): Promise<void> {
  const { wait, onState, signal } = options;
  let pause = FIRST_PAUSE_MS;
  onState("connecting");
  while (!signal.aborted) {
    const end = await readOnce(options, () => {
      pause = FIRST_PAUSE_MS;
    });
    if (signal.aborted) return;
    onState(end);
    await wait(pause, signal);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

/** One connection, from its beginning to its end. */
async function readOnce(options: FeedOptions, onOpen: () => void): Promise<"lost" | "refused"> {
  const { url, headers, fetch = globalThis.fetch, wait, onData, onState, signal } = options;
  const connection = new AbortController();
  const either = AbortSignal.any([signal, connection.signal]);
  let watch = new AbortController();
  const heard = () => {
    watch.abort();
    watch = new AbortController();
    const { signal: current } = watch;
    void wait(SILENCE_MS, AbortSignal.any([current, either])).then(() => {
      if (!current.aborted) connection.abort();
    });
  };
  try {
    heard();
    const response = await fetch(url, { headers: { ...headers, accept: "text/event-stream" }, signal: either });
    if (response.status === 401 || response.status === 403) return "refused";
    if (!response.ok || response.body === null) return "lost";
    onOpen();
    onState("open");
    const events = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
    const reader = events.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      heard();
      onData(next.value.data);
    }
  } catch {
    // The connection broke, or was silent for too long: what follows is the same.
  } finally {
    watch.abort();
    connection.abort();
  }
  return "lost";
}
