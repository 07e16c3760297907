import { DhtRunner } from "@hashmere/dht";
import { ProxyServer } from "@hashmere/proxy";
import { endpointText } from "./interop-peer.ts";
import type { ProxyPeer, ProxyPeerOptions } from "./real-proxy.ts";

export interface OurProxyOptions extends ProxyPeerOptions {
  /** Whoever presents one of them is let in. Default: everybody. */
  readonly tokens?: readonly string[] | undefined;
}

/** A proxy of this project, in this process. */
export class OurProxy implements ProxyPeer {
  readonly #dht: DhtRunner;
  readonly #server: ProxyServer;

  private constructor(dht: DhtRunner, server: ProxyServer) {
    this.#dht = dht;
    this.#server = server;
  }

  static async start({ network, bootstrap, port = 0, pushGateway, tokens }: OurProxyOptions): Promise<OurProxy> {
    const dht = await DhtRunner.run({ network, bootstrap: endpointText(bootstrap) });
    await dht.connected();
    const push = pushGateway === undefined ? undefined : { gateway: pushGateway };
    const auth = tokens && { tokens };
    return new OurProxy(dht, await ProxyServer.open({ dht, port, host: "127.0.0.1", push, auth }));
  }

  get url(): string {
    return this.#server.url;
  }

  get nodeId(): string {
    return this.#dht.nodeId.toString();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close();
    await this.#dht.join();
  }
}
