import { DhtError, type PushSettings, type RandomSource, type Scheduler } from "@hashmere/dht/engine";

/** Which proxy, and how to talk to it. */
export interface ProxyOptions extends PushSettings {
  /**
   * `http(s)://host[:port][/path]`; several, in the order of preference, in a list or with commas between them: the next
   * takes over when one fails.
   */
  readonly url: string | URL | readonly (string | URL)[];
  /**
   * Keys listened to by a stream of their own; more are looked at every 10 s. Default: all. In browsers, what all tabs of a
   * site have together, and 3, as those have six connections to a server for all their tabs; more where it speaks HTTP/2.
   */
  readonly maxStreams?: number | undefined;
  /** For proxies that ask who one is: the value of the header of this name, such as `Bearer …`. */
  readonly authorization?: string | undefined;
  /** Default: whatever the platform says. Browsers don't let it be changed. */
  readonly userAgent?: string | undefined;
  /** Another way to make requests than the platform's. */
  readonly fetch?: typeof fetch | undefined;
  /** Another clock than the system's. */
  readonly clock?: Scheduler | undefined;
  /** Another source of chance than the system's. */
  readonly random?: RandomSource | undefined;
}

/**
 * The proxies' addresses, each ending in `/`. Text without scheme is taken for http.
 * @throws DhtError `ERR_PROXY_URL`
 */
export function proxyUrls(url: ProxyOptions["url"]): readonly [URL, ...URL[]] {
  const given = url instanceof URL ? [url] : typeof url === "string" ? url.split(",") : url;
  const [first, ...others] = given.map(proxyUrl);
  if (first === undefined) throw new DhtError("ERR_PROXY_URL", "no proxy is named: give the URL of at least one");
  return [first, ...others];
}

function proxyUrl(text: string | URL): URL {
  const spelled = `${text}`.trim();
  const url = URL.parse(/^[a-z]+:\/\//i.test(spelled) ? spelled : `http://${spelled}`);
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new DhtError("ERR_PROXY_URL", `"${text}" is no URL of a proxy: write http(s)://host[:port]`);
  }
  url.search = "";
  url.hash = "";
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}
