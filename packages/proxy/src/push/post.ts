import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isPublicEndpoint, PrivateAddressError, publicLookup } from "./public-address.ts";
import type { PushRequest } from "./request.ts";

/** From the first byte sent to the status line. */
const PUSH_TIMEOUT_MS = 10_000;

/** What speaks a URL's protocol. */
const REQUESTS: Readonly<Record<string, typeof requestHttp>> = { "http:": requestHttp, "https:": requestHttps };

/**
 * What became of a push.
 * - `delivered`: the gateway has taken it
 * - `refused`: it never will
 * - `gone`: the endpoint doesn't exist any more
 * - `unreachable`: it may later, the gateway's advice being to wait `retryAfterMs`
 */
export type PostOutcome =
  | { readonly kind: "delivered" | "refused" | "gone" }
  | { readonly kind: "unreachable"; readonly retryAfterMs?: number | undefined };

export interface PostOptions {
  /** Post to any address that clients name, not just to public ones over https. Default false. */
  readonly allowPrivateEndpoints?: boolean | undefined;
  readonly timeoutMs?: number | undefined;
  /** Its abort ends the wait for an answer. */
  readonly signal?: AbortSignal | undefined;
}

/** Sends one push and waits for the status; the answer's body is of no interest. Never rejects; redirects count as refusals. */
export function post(push: PushRequest, options: PostOptions = {}): Promise<PostOutcome> {
  const isGuarded = push.isForeign && options.allowPrivateEndpoints !== true;
  const request = REQUESTS[push.url.protocol];
  if (request === undefined || (isGuarded && !isPublicEndpoint(push.url))) return Promise.resolve({ kind: "refused" });
  const limit = AbortSignal.timeout(options.timeoutMs ?? PUSH_TIMEOUT_MS);
  const signal = options.signal ? AbortSignal.any([limit, options.signal]) : limit;
  return new Promise((resolve) => {
    const outgoing = request(push.url, {
      method: "POST",
      headers: { ...push.headers, Connection: "close", "Content-Length": Buffer.byteLength(push.body) },
      agent: false,
      signal,
      ...(isGuarded && { lookup: publicLookup }),
    });
    outgoing.on("response", (response) => {
      resolve(outcomeOf(response.statusCode ?? 0, push.isForeign, response.headers["retry-after"]));
      response.destroy();
    });
    // Who names a private address today does so in a second, too: no use to try again.
    outgoing.on("error", (error) =>
      resolve({ kind: error instanceof PrivateAddressError ? "refused" : "unreachable" }),
    );
    outgoing.end(push.body);
  });
}

function outcomeOf(status: number, isForeign: boolean, retryAfter: string | undefined): PostOutcome {
  if (status >= 200 && status < 300) return { kind: "delivered" };
  if (isForeign && (status === 404 || status === 410)) return { kind: "gone" }; // RFC 8030 §7.3
  if (status !== 429 && status < 500) return { kind: "refused" };
  const seconds = Number(retryAfter);
  return { kind: "unreachable", retryAfterMs: seconds > 0 ? seconds * 1000 : undefined };
}
