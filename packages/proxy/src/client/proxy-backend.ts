import type { ProxyBackendFactory } from "@hashmere/dht/engine";
import { ProxyNode } from "./proxy-node.ts";

/**
 * Lets a `DhtRunner` act through a proxy, now and then or always:
 *
 * ```ts
 * const node = await DhtRunner.run({ proxy: proxyBackend, proxyServer: "https://dhtproxy.jami.net" });
 * await node.enableProxy(false); // by itself, with the same listeners
 * ```
 */
export const proxyBackend: ProxyBackendFactory = (settings, events) => new ProxyNode(settings, events);
