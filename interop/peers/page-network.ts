// A network of ours on loopback, and the page of one of its nodes.
import { DhtRunner } from "@hashmere/dht";
import { ProxyServer, type ProxyServerOptions } from "@hashmere/proxy";
import { LOOPBACK_4 } from "./interop-peer.ts";

export class PageNetwork implements AsyncDisposable {
  /** The first is the one with the page. */
  readonly nodes: readonly DhtRunner[];
  #server: ProxyServer | undefined;

  /** Resolves when all nodes are connected and the page is served. */
  static async start(
    options: { readonly network: number; readonly nodes: number },
    serving: Partial<ProxyServerOptions> = {},
  ): Promise<PageNetwork> {
    const { network } = options;
    const first = await DhtRunner.run({ bind4: LOOPBACK_4, bind6: null, network });
    const bootstrap = [`${first.getBound()}`];
    const others = Array.from({ length: options.nodes - 1 }, () =>
      DhtRunner.run({ bind4: LOOPBACK_4, bind6: null, network, bootstrap }),
    );
    const nodes = [first, ...(await Promise.all(others))];
    if (others.length > 0) await Promise.all(nodes.map((node) => node.connected()));
    const made = new PageNetwork(nodes);
    await made.serve(serving);
    return made;
  }

  private constructor(nodes: readonly DhtRunner[]) {
    this.nodes = nodes;
  }

  get url(): string {
    if (this.#server === undefined) throw new Error("the page is not served now");
    return this.#server.url;
  }

  async serve(options: Partial<ProxyServerOptions> = {}): Promise<void> {
    const [dht] = this.nodes;
    if (dht === undefined) throw new Error("a network has nodes");
    this.#server = await ProxyServer.open({ dht, port: 0, host: LOOPBACK_4, ...options });
  }

  /** Takes the page away; the nodes go on. */
  async stopServing(): Promise<void> {
    await this.#server?.close();
    this.#server = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopServing();
    await Promise.all(this.nodes.map((node) => node[Symbol.asyncDispose]()));
  }
}
