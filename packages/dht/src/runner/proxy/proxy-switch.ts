import { DhtError } from "../../errors/index.ts";
import type { InfoHash } from "../../id/index.ts";
import type { DhtNode } from "../../node/index.ts";
import type {
  ProxyBackend,
  ProxyBackendEvents,
  ProxyBackendFactory,
  ProxySettings,
  PushSettings,
} from "./proxy-backend.ts";
import { PushNotificationResult } from "./push-notification.ts";
import { SwitchableNode } from "./switchable-node.ts";

/** Whether a node acts by itself or through a proxy, and through which. */
export class ProxySwitch {
  /** The node that acts: the engine, or a proxy's client. */
  readonly node: SwitchableNode;
  readonly #engine: DhtNode;
  readonly #makeBackend: ProxyBackendFactory | undefined;
  readonly #events: ProxyBackendEvents;
  #settings: ProxySettings;
  #backend: ProxyBackend | undefined;

  constructor(
    engine: DhtNode,
    settings: ProxySettings,
    makeBackend: ProxyBackendFactory | undefined,
    events: ProxyBackendEvents,
  ) {
    this.node = new SwitchableNode(engine);
    this.#engine = engine;
    this.#settings = settings;
    this.#makeBackend = makeBackend;
    this.#events = events;
  }

  /** The proxy's client; undefined while the node acts by itself. */
  get backend(): ProxyBackend | undefined {
    return this.#backend;
  }

  /** Of the proxy that acts; undefined while the node acts by itself. */
  get url(): string | undefined {
    return this.#backend && this.#settings.url;
  }

  get nodeId(): InfoHash {
    return this.#backend?.id ?? this.#engine.id;
  }

  /** @throws DhtError `ERR_PROXY_URL`, `ERR_NO_PROXY_CLIENT` */
  enable(on: boolean): void {
    if (on === (this.#backend !== undefined)) return;
    this.#replace(on ? this.#makeClient() : undefined);
  }

  /** @throws DhtError `ERR_PROXY_URL`, `ERR_NO_PROXY_CLIENT` */
  setServer(url: string, clientId: string | undefined): void {
    this.#settings = { ...this.#settings, url, ...(clientId !== undefined && { clientId }) };
    if (this.#backend) this.#replace(this.#makeClient());
  }

  setPush(changes: Omit<PushSettings, "clientId">): void {
    this.#settings = { ...this.#settings, ...changes };
    this.#backend?.setPush(changes);
  }

  async pushNotificationReceived(data: Readonly<Record<string, unknown>>): Promise<PushNotificationResult> {
    return this.#backend?.pushNotificationReceived(data) ?? PushNotificationResult.IgnoredDisabled;
  }

  close(): void {
    this.#backend?.close();
  }

  #replace(backend: ProxyBackend | undefined): void {
    const before = this.#backend;
    this.#backend = backend;
    const node = backend ?? this.#engine;
    this.node.switchTo(node);
    before?.close();
    this.#events.onStatus(node.status4, node.status6);
  }

  #makeClient(): ProxyBackend {
    if (!this.#makeBackend) {
      const advice = "no client of proxies is configured: say `proxy: proxyBackend`, of @hashmere/proxy/client";
      throw new DhtError("ERR_NO_PROXY_CLIENT", advice);
    }
    const backend: ProxyBackend = this.#makeBackend(this.#settings, {
      // One that has been replaced has nothing to say any more.
      onStatus: (status4, status6) => this.#backend === backend && this.#events.onStatus(status4, status6),
      onPublicAddress: (addresses) => this.#backend === backend && this.#events.onPublicAddress(addresses),
      onError: (error) => this.#backend === backend && this.#events.onError(error),
    });
    return backend;
  }
}
