import type { ProxyBackendFactory } from "@hashmere/dht/engine";
import type { ProxyOptions } from "./options.ts";
import { ProxyNode } from "./proxy-node.ts";

/**
 * Lets a `DhtRunner` act through a proxy, now and then or always:
 *
 * ```ts
 * const node = await DhtRunner.run({ proxy: proxyBackend, proxyServer: "https://dhtproxy.jami.net" });
 * await node.enableProxy(false); // by itself, with the same listeners
 * ```
 */
export const proxyBackend: ProxyBackendFactory = proxyBackendWith({});

/** The same, for proxies that need more than a URL. */
export function proxyBackendWith(
  options: Pick<ProxyOptions, "authorization" | "fetch" | "maxStreams">,
): ProxyBackendFactory {
  return (settings, events) => new ProxyNode({ ...settings, ...options }, events);
}
