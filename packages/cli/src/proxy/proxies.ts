import type { DhtRunner, Logger } from "@hashmere/dht";
import type { ProxyServer, ProxyTls } from "@hashmere/proxy";
import { type ProxyServerOptions, readTls } from "./options.ts";

/** How all proxies of a node are. */
export interface ProxiesOptions {
  readonly options: ProxyServerOptions & { readonly persist?: string; readonly rateLimit?: boolean };
  readonly logger: Logger | undefined;
}

/** The REST proxies of one node, by port. */
export class Proxies implements AsyncDisposable {
  readonly #node: DhtRunner;
  readonly #options: ProxiesOptions["options"];
  readonly #logger: Logger | undefined;
  readonly #byPort = new Map<number, ProxyServer>();
  #isOver = false;

  /** Starts those that the options ask for. @throws what `start` throws */
  static async open(node: DhtRunner, options: ProxiesOptions): Promise<Proxies> {
    const proxies = new Proxies(node, options);
    try {
      const { proxyserver, proxyserverssl } = options.options;
      if (proxyserver) await proxies.start(proxyserver);
      if (proxyserverssl) await proxies.start(proxyserverssl, { isSecure: true });
      return proxies;
    } catch (error) {
      await proxies[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(node: DhtRunner, { options, logger }: ProxiesOptions) {
    this.#node = node;
    this.#options = options;
    this.#logger = logger;
  }

  /**
   * @param gateway of pushes, instead of the one in the options
   * @throws ProxyServerError when the port can't be had; TypeError when there is no certificate for HTTPS, or for a
   * gateway that is none; what reading the certificate throws
   */
  async start(
    port: number,
    { isSecure = false, gateway }: { isSecure?: boolean; gateway?: string | undefined } = {},
  ): Promise<ProxyServer> {
    const { proxyAddr, persist, pushserver, bundleid, unifiedpushPrivate, rateLimit = true } = this.#options;
    const tls = isSecure ? await this.#tls() : undefined;
    // Loading a web server takes a while: only those wait who want one.
    const { NO_CLIENT_LIMITS, ProxyServer } = await import("@hashmere/proxy");
    const proxy = await ProxyServer.open({
      dht: this.#node,
      port,
      host: proxyAddr,
      tls,
      statePath: persist === undefined ? undefined : `${persist}_${port}`,
      limits: rateLimit ? {} : NO_CLIENT_LIMITS,
      push: {
        gateway: gateway ?? pushserver,
        defaultTopic: bundleid,
        allowPrivateEndpoints: unifiedpushPrivate,
      },
      logger: this.#logger,
    });
    this.#byPort.set(Number(new URL(proxy.url).port), proxy);
    if (this.#isOver) await this[Symbol.asyncDispose]();
    return proxy;
  }

  /** False when there is none at that port. */
  async stop(port: number): Promise<boolean> {
    const proxy = this.#byPort.get(port);
    this.#byPort.delete(port);
    await proxy?.close();
    return proxy !== undefined;
  }

  /** What each is used for, in dhtnode's words. */
  describe(): readonly string[] {
    return Array.from(this.#byPort, ([port, { stats }]) =>
      [
        `Stats for proxy server on port ${port}`,
        `  Listens: ${stats.listens}, Puts: ${stats.puts}, PushListeners: ${stats.pushListeners}`,
        `  Requests: ${stats.requestRate.toPrecision(3)} per second.`,
      ].join("\n"),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await Promise.all([...this.#byPort.keys()].map((port) => this.stop(port)));
  }

  async #tls(): Promise<ProxyTls> {
    const { proxyCertificate, proxyPrivkey, proxyPrivkeyPassword } = this.#options;
    const tls = await readTls(proxyCertificate, proxyPrivkey, { passphrase: proxyPrivkeyPassword });
    if (tls === undefined)
      throw new TypeError("HTTPS needs a certificate: name it with --proxy-certificate and --proxy-privkey");
    return tls;
  }
}
