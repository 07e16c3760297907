import type { InfoHash, RandomSource, Scheduler, Value } from "@hashmere/dht/engine";
import { CHECK_TIMEOUT_MS, MAX_ANSWER_LENGTH, SILENCE_TIMEOUT_MS } from "./limits.ts";
import type { ProxyAnswer } from "./proxy-answer.ts";
import type { ProxyConnection } from "./proxy-connection.ts";
import type { ProxyHttp, ProxyRequest } from "./proxy-http.ts";
import type { PushTarget } from "./push-identity.ts";
import type { RequestSlots } from "./request-slots.ts";
import type { StreamSlots } from "./stream-slots.ts";
import { readValueLine } from "./value-lines.ts";

/** What all operations of a client share. */
export interface ProxyCore {
  readonly clock: Scheduler;
  readonly random: RandomSource;
  readonly http: ProxyHttp;
  readonly connection: ProxyConnection;
  readonly slots: RequestSlots;
  readonly streams: StreamSlots;
  /** Whom pushes are for; undefined where there are none. */
  readonly push: PushTarget | undefined;
}

export function keyPath(key: InfoHash): string {
  return `key/${key}`;
}

/**
 * Sends a request to the proxy of the moment. Where that doesn't answer at all, the others are tried, so the request must
 * be one that can be repeated.
 * @throws DhtError why the first didn't answer, when none does; the signal's reason
 */
export async function ask<T>(
  { connection, http, slots }: ProxyCore,
  request: ProxyRequest,
  read: (answer: ProxyAnswer, base: URL) => Promise<T>,
): Promise<T> {
  return slots.use(async () => {
    let failure: unknown;
    const { candidates } = connection;
    for (const base of candidates) {
      const canGoOver = base !== candidates.at(-1);
      try {
        return await connection.whileWaiting({ base, signal: request.signal, canGoOver }, async (signal) => {
          const answer = await http.send(base, { ...request, signal });
          connection.hearFrom(base);
          return read(answer, base);
        });
      } catch (error) {
        request.signal.throwIfAborted();
        failure ??= error;
      }
    }
    throw failure;
  });
}

/** Tells the proxy of the moment something that it had better know, and that nothing depends on. */
export async function tell({ connection, http }: ProxyCore, request: Omit<ProxyRequest, "signal">): Promise<void> {
  const { signal } = new AbortController(); // it may outlive who says it
  try {
    const answer = await http.send(connection.base, { ...request, signal, timeoutMs: CHECK_TIMEOUT_MS });
    await answer.discard();
  } catch {} // it will find out by itself
}

/** How a get ended: `ok` when the proxy answered, and everything in its answer could be read. */
export interface Found {
  readonly ok: boolean;
  readonly values: readonly Value[];
}

/** The values under a key, told in batches as they arrive, and all of them at the end. */
export async function getValues(
  core: ProxyCore,
  key: InfoHash,
  signal: AbortSignal,
  onValues: (values: readonly Value[]) => void = () => {},
): Promise<Found> {
  return ask(core, { method: "GET", path: keyPath(key), signal }, async (answer) => {
    if (answer.status !== 200) {
      await answer.discard();
      return { ok: false, values: [] };
    }
    const all: Value[] = [];
    let ok = true;
    let length = 0;
    for await (const lines of answer.lines(SILENCE_TIMEOUT_MS)) {
      const read = lines.map(readValueLine);
      const values = read.flatMap((line) => (line.kind === "value" && !line.expired ? line.value : []));
      ok &&= !read.some(({ kind }) => kind === "unreadable");
      all.push(...values);
      if (values.length > 0) onValues(values);
      for (const line of lines) length += line.length;
      if (length <= MAX_ANSWER_LENGTH) continue;
      ok = false;
      break;
    }
    return { ok, values: all };
  });
}
