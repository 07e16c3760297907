import { DhtError, type RandomSource, type Scheduler } from "@hashmere/dht/engine";

/** Whom pushes are for. Without a token there are no pushes: each key listened to has a stream then. */
export interface PushOptions {
  /** Device token, or the URL of a UnifiedPush endpoint. */
  readonly pushToken?: string | undefined;
  /** APNs topic, or for UnifiedPush the keys of Web Push (`WebPushKeys.topic`). */
  readonly topic?: string | undefined;
  /** `android`, `ios` or `unifiedpush`. Default: none, which proxies take for iOS. */
  readonly platform?: string | undefined;
  /** Names this client among those that have the same token. */
  readonly clientId?: string | undefined;
}

/** Which proxy, and how to talk to it. */
export interface ProxyOptions extends PushOptions {
  /** `http(s)://host[:port][/path]`; several, in the order of preference: the next takes over when one fails. */
  readonly url: string | URL | readonly (string | URL)[];
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
  const given = typeof url === "string" || url instanceof URL ? [url] : url;
  const [first, ...others] = given.map(proxyUrl);
  if (first === undefined) throw new DhtError("ERR_PROXY_URL", "no proxy is named: give the URL of at least one");
  return [first, ...others];
}

function proxyUrl(text: string | URL): URL {
  const spelled = `${text}`;
  const url = URL.parse(/^[a-z]+:\/\//i.test(spelled) ? spelled : `http://${spelled}`);
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new DhtError("ERR_PROXY_URL", `"${text}" is no URL of a proxy: write http(s)://host[:port]`);
  }
  url.search = "";
  url.hash = "";
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}
