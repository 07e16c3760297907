import { describe, expect, it } from "vitest";
import {
  type FeedState,
  FIRST_PAUSE_MS,
  followEvents,
  LONGEST_PAUSE_MS,
  SILENCE_MS,
} from "../../page/live/event-feed.ts";

type Answer = (signal: AbortSignal) => Response | Promise<Response>;

/** Follows a server that answers each connection as told; after the last answer somebody closes the page. */
async function follow(answers: readonly Answer[]) {
  const page = new AbortController();
  const states: FeedState[] = [];
  const data: string[] = [];
  const pauses: number[] = [];
  let connections = 0;
  await followEvents({
    url: "http://proxy/dashboard/events",
    signal: page.signal,
    onData: (text) => data.push(text),
    onState: (state) => states.push(state),
    fetch: async (_url, init) => {
      const answer = answers[connections++];
      if (answer !== undefined && init?.signal) return answer(init.signal);
      page.abort();
      throw new TypeError("closed");
    },
    wait: (milliseconds, signal) => {
      if (milliseconds !== SILENCE_MS) {
        pauses.push(milliseconds);
        return Promise.resolve();
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      signal.addEventListener("abort", () => resolve());
      if (answers[connections] === silent) queueMicrotask(resolve);
      return promise;
    },
  });
  return { states, data, pauses };
}

const saying =
  (...pieces: readonly string[]): Answer =>
  () =>
    new Response(ReadableStream.from(pieces.map((piece) => new TextEncoder().encode(piece))));

/** Accepts, and says nothing until the page gives up. */
const silent: Answer = (signal) =>
  new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

const refusing: Answer = () => new Response(null, { status: 401 });
const failing: Answer = () => new Response(null, { status: 500 });
const away: Answer = () => Promise.reject(new TypeError("fetch failed"));

describe("following a server", () => {
  it("hands over events however they are cut into pieces, and not the heartbeats", async () => {
    const { data } = await follow([saying("data: on", "e\n\n: still here\n\nda", "ta: two\ndata: lines\n", "\n")]);
    expect(data).toEqual(["one", "two\nlines"]);
  });

  it("comes back when the server goes away, less and less often until it is there again", async () => {
    const absences: Answer[] = Array.from({ length: 7 }, () => away);
    const { states, pauses } = await follow([saying("data: 1\n\n"), ...absences, failing, saying("data: 2\n\n")]);
    expect(states).toEqual(["connecting", "open", "lost", ...absences.map(() => "lost"), "lost", "open", "lost"]);
    expect(pauses[0]).toBe(FIRST_PAUSE_MS);
    expect(pauses[1]).toBe(2 * FIRST_PAUSE_MS);
    expect(Math.max(...pauses)).toBe(LONGEST_PAUSE_MS);
    expect(pauses.at(-1)).toBe(FIRST_PAUSE_MS);
  });

  it("gives up a connection on which nothing is said", async () => {
    const { states } = await follow([silent, saying("data: 1\n\n")]);
    expect(states).toEqual(["connecting", "lost", "open", "lost"]);
  });

  it("tells a server that wants to know who asks from one that is away", async () => {
    expect((await follow([refusing])).states).toEqual(["connecting", "refused"]);
  });
});
