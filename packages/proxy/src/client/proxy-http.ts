import type { Scheduler } from "@hashmere/dht/engine";
import { ANSWER_TIMEOUT_MS, MAX_REDIRECTS } from "./limits.ts";
import type { ProxyOptions } from "./options.ts";
import { Patience } from "./patience.ts";
import { ProxyAnswer } from "./proxy-answer.ts";

/** What is asked of a proxy. */
export interface ProxyRequest {
  readonly method: "GET" | "POST" | "DELETE" | "SUBSCRIBE" | "UNSUBSCRIBE";
  /** Relative to the proxy's URL. */
  readonly path: string;
  readonly body?: string | undefined;
  /** Its abort ends the request, and the answer while that is being read. */
  readonly signal: AbortSignal;
  /** Default `ANSWER_TIMEOUT_MS`. */
  readonly timeoutMs?: number | undefined;
}

const TEXT = { "Content-Type": "text/plain;charset=UTF-8" };
const REDIRECTIONS: readonly number[] = [301, 302, 307, 308];

/** Requests to a proxy, by `fetch` alone. */
export class ProxyHttp {
  readonly #fetch: typeof fetch;
  readonly #clock: Scheduler;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(options: Pick<ProxyOptions, "fetch" | "authorization" | "userAgent">, clock: Scheduler) {
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.#clock = clock;
    this.#headers = {
      ...(options.authorization !== undefined && { Authorization: options.authorization }),
      ...(options.userAgent !== undefined && { "User-Agent": options.userAgent }),
    };
  }

  /** The answer, as soon as it begins. Rejects when there is none: refused, reset, too late, or aborted. */
  async send(
    base: URL,
    { method, path, body, signal, timeoutMs = ANSWER_TIMEOUT_MS }: ProxyRequest,
  ): Promise<ProxyAnswer> {
    const patience = new Patience(this.#clock, timeoutMs);
    try {
      const response = await this.#follow(new URL(path, base), {
        method,
        // Text, not JSON: what proxies read they don't ask the type of, and a browser sends text without asking first,
        // which OpenDHT's own proxy would refuse.
        ...(body !== undefined && { body }),
        headers: { ...this.#headers, ...(body !== undefined && TEXT) },
        // Else browsers let two listens at one key wait for each other.
        cache: "no-store",
        signal: AbortSignal.any([signal, patience.signal]),
      });
      return new ProxyAnswer(response, patience);
    } catch (error) {
      patience.end();
      throw error;
    }
  }

  /** Goes where it is sent, with the same method and body, which `fetch` itself doesn't keep. */
  async #follow(target: URL, init: RequestInit): Promise<Response> {
    let url = target;
    for (let redirects = 0; ; redirects++) {
      const response = await this.#fetch(url, { ...init, redirect: "manual" });
      // A browser doesn't show where it is sent, and has to go there by itself.
      if (response.type === "opaqueredirect") return this.#fetch(url, { ...init, redirect: "follow" });
      const location = response.headers.get("Location");
      if (location === null || !REDIRECTIONS.includes(response.status) || redirects === MAX_REDIRECTS) return response;
      await response.body?.cancel();
      url = new URL(location, url);
      // What opens one door is nobody else's business.
      if (url.origin !== target.origin) init.headers = init.body === undefined ? {} : TEXT;
    }
  }
}
