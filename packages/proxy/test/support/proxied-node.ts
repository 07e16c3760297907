import { DhtRunner, type DhtRunnerConfig } from "@hashmere/dht";
import { ProxyServer, type ProxyServerOptions } from "../../src/index.ts";

const LOOPBACK = { bind4: "127.0.0.1:0", bind6: null } as const;

/** A proxy on a node of a network of two, all on the loopback. */
export interface ProxiedNode extends AsyncDisposable {
  readonly proxy: ProxyServer;
  readonly port: number;
  /** The node behind the proxy. */
  readonly node: DhtRunner;
  /** The other node. */
  readonly peer: DhtRunner;
  /** For `fetch`. */
  url(path: string): string;
}

export async function openProxiedNode(
  options: Partial<ProxyServerOptions> = {},
  config: DhtRunnerConfig = {},
): Promise<ProxiedNode> {
  const peer = await DhtRunner.run(LOOPBACK);
  const node = await DhtRunner.run({ ...LOOPBACK, ...config, bootstrap: `${peer.getBound(4)}` });
  await node.connected();
  await peer.connected();
  const proxy = await ProxyServer.open({ host: "127.0.0.1", port: 0, ...options, dht: node });
  return {
    proxy,
    port: Number(new URL(proxy.url).port),
    node,
    peer,
    url: (path) => `${proxy.url}${path}`,
    async [Symbol.asyncDispose]() {
      await proxy.close();
      await node.join();
      await peer.join();
    },
  };
}
