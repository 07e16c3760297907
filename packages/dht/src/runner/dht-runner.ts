import type { Certificate } from "@hashmere/crypto";
import type { SockAddr } from "../address/index.ts";
import { AlreadyRunningError } from "../errors/index.ts";
import type { InfoHash } from "../id/index.ts";
import type { Logger } from "../log/index.ts";
import type { NodeStatus } from "../node/index.ts";
import type { CertificateStore } from "../secure/index.ts";
import { type Filter, type Value, type ValueType, ValueTypeRegistry } from "../value/index.ts";
import type { NodeEntry } from "../wire/index.ts";
import { raceAbort } from "./abort.ts";
import { type DhtRunnerConfig, parseHostPort } from "./config.ts";
import { NodeFacts } from "./node-facts.ts";
import { type Key, toInfoHash } from "./operations/key.ts";
import type { OperationOptions, OperationsHost } from "./operations/user-operations.ts";
import { PushNotificationResult } from "./proxy/push-notification.ts";
import { DhtErrorEvent, IdentityAnnouncedEvent, PublicAddressChangeEvent, StatusChangeEvent } from "./runner-events.ts";
import { Session } from "./session.ts";
import { SwitchableLogger } from "./switchable-logger.ts";

/**
 * A DHT node on UDP sockets: it joins a network, serves its part of it, and puts, gets and listens.
 *
 * ```ts
 * await using node = await DhtRunner.run({ bootstrap: ["bootstrap.jami.net"] });
 * await node.put("room", "some data");
 * for await (const value of node.get("room")) console.log(value.text());
 * ```
 *
 * Operations called while the node is connecting wait for the outcome; on a node that isn't running they fail
 * (`ok: false`). Keys are ids or texts; wrong arguments throw TypeError at once, a network that fails doesn't throw.
 */
export class DhtRunner extends NodeFacts implements AsyncDisposable {
  readonly #types = new ValueTypeRegistry();
  readonly #log = new SwitchableLogger();
  #session: Session | undefined;
  #state: "idle" | "running" | "stopping" = "idle";
  #starting = false;

  /** A new node, running. @throws what `run()` throws */
  static async run(config: DhtRunnerConfig = {}): Promise<DhtRunner> {
    const runner = new DhtRunner();
    await runner.run(config);
    return runner;
  }

  /**
   * @throws AlreadyRunningError; SocketError when no socket can be opened; StateFileError when nothing can be written
   * beside `persistPath`; RangeError or TypeError for a configuration that makes no sense
   */
  async run(config: DhtRunnerConfig = {}): Promise<void> {
    if (this.#starting || this.#session) throw new AlreadyRunningError();
    this.#starting = true;
    try {
      if (config.logger) this.#log.setTarget(config.logger);
      this.#session = await Session.open(config, this.#types, this.#log, {
        onStatus: (status4, status6) => this.dispatchEvent(new StatusChangeEvent(status4, status6)),
        onPublicAddress: (addresses) => this.dispatchEvent(new PublicAddressChangeEvent(addresses)),
        onError: (error) => this.dispatchEvent(new DhtErrorEvent(error)),
        onIdentityAnnounced: (ok) => this.dispatchEvent(new IdentityAnnouncedEvent(ok)),
      });
      this.#state = "running";
    } finally {
      this.#starting = false;
    }
  }

  /** `stopping` from `shutdown()` to the end of `join()`. */
  get state(): "idle" | "running" | "stopping" {
    return this.#state;
  }

  /** True from `run()` to the end of `join()`, so also while stopping. */
  isRunning(): boolean {
    return this.#session !== undefined;
  }

  /** The tie to the network over IPv4; `disconnected` while the node isn't running. */
  get status4(): NodeStatus {
    return this.#session?.proxy.node.status4 ?? "disconnected";
  }

  /** The same over IPv6. */
  get status6(): NodeStatus {
    return this.#session?.proxy.node.status6 ?? "disconnected";
  }

  // ---- the way into the network

  /**
   * Joins through nodes given in one of three forms, and tells whether that worked:
   * a `host[:port]`, which is remembered and tried again whenever the node has lost its network;
   * socket addresses, pinged once; or nodes exported earlier, which are just made known (always true).
   */
  async bootstrap(
    target: string | SockAddr | readonly SockAddr[] | readonly NodeEntry[],
    { signal }: OperationOptions = {},
  ): Promise<boolean> {
    const { node } = this.running("bootstrap");
    if (typeof target === "string") {
      this.addBootstrap(target);
      return (await this.statusReached(["connected", "disconnected"], signal)) === "connected";
    }
    const targets = Array.isArray(target) ? (target as readonly (SockAddr | NodeEntry)[]) : [target as SockAddr];
    const answers = targets.map((entry) => {
      if (!("id" in entry)) return this.ping(entry, { signal });
      node.insertNode(entry);
      return true;
    });
    return (await Promise.all(answers)).includes(true);
  }

  /** Remembers a host to join through, and tries it now unless the node is connected. */
  addBootstrap(host: string, service?: string | number): void {
    const target = parseHostPort(host, service === undefined ? undefined : Number(service));
    this.running("addBootstrap").node.addBootstrap(target.host, target.port);
  }

  /** Forgets the hosts to join through. */
  clearBootstrap(): void {
    this.#session?.node.clearBootstrap();
  }

  /** Whether a node answers at that address; up to 10 s. */
  async ping(address: SockAddr, { signal }: OperationOptions = {}): Promise<boolean> {
    const { node } = this.running("ping");
    const answered = new Promise<boolean>((resolve) => node.ping(address, resolve));
    return raceAbort(answered, signal);
  }

  /** Tell the node that the machine has changed its network: every peer is checked anew, puts and listens stay. */
  connectivityChanged(): void {
    this.#session?.connectivityChanged();
  }

  // ---- operations

  /** Stops announcing a value; true if it was being announced. Copies on other nodes live until they expire. */
  async cancelPut(key: Key, id: bigint | Value): Promise<boolean> {
    const valueId = typeof id === "bigint" ? id : id.id;
    return this.#session?.proxy.node.cancelPut(toInfoHash(key), valueId) ?? false;
  }

  /** Values that this node is announcing under a key. */
  getPut(key: Key, id?: bigint): Value[] {
    return this.#session?.proxy.node.getPut(toInfoHash(key), id) ?? [];
  }

  /** Values that this node itself holds under a key. */
  getLocal(key: Key, filter?: Filter): Value[] {
    return this.#session?.node.getLocal(toInfoHash(key), filter) ?? [];
  }

  /** A value that this node itself holds; undefined if it doesn't. */
  getLocalById(key: Key, id: bigint): Value | undefined {
    return this.#session?.node.getLocalById(toInfoHash(key), id);
  }

  /** Values of this type get its expiration and policies; signed ones are also checked as the house does for its own types. */
  registerType(type: ValueType): void {
    this.#types.register(type);
  }

  /** Like `registerType`, with the type's own policies alone. */
  registerInsecureType(type: ValueType): void {
    this.#types.registerInsecure(type);
  }

  // ---- keys and certificates

  /** Makes a certificate known, so that nobody has to be asked for it. */
  registerCertificate(certificate: Certificate): void {
    this.running("registerCertificate").dht.registerCertificate(certificate);
  }

  /** Whom to ask for certificates before the network; for this run. */
  setLocalCertificateStore(store: CertificateStore | undefined): void {
    this.running("setLocalCertificateStore").dht.certificateStore = store;
  }

  /** What is encrypted for others is delivered as it is, instead of dropped: a proxy hands it to its clients. For this run. */
  forwardAllMessages(forwards: boolean): void {
    this.running("forwardAllMessages").dht.forwardsAll = forwards;
  }

  // ---- through a proxy

  /**
   * Acts through the proxy that is set, or (`false`) by itself again. Listens and permanent puts that are running go over;
   * the sockets stay open meanwhile, and the node goes on serving others. One that has acted through a proxy from the start
   * opens its sockets now. Rejects with DhtError `ERR_PROXY_URL` where none is set, `ERR_NO_PROXY_CLIENT` without `proxy` in
   * the configuration, `ERR_SOCKET` when no socket can be opened (it goes on acting through the proxy then).
   */
  async enableProxy(on: boolean): Promise<void> {
    await this.running("enableProxy").enableProxy(on);
  }

  /** The proxy that this node acts through, as it was named; undefined while it acts by itself. */
  get proxyServer(): string | undefined {
    return this.#session?.proxy.url;
  }

  /**
   * Sets the proxy. While this node acts through one, it goes over to that; with an empty URL, back to acting by itself.
   * @param pushNodeId what this node calls itself to proxies; default: as before
   */
  async setProxyServer(url: string, pushNodeId?: string): Promise<void> {
    const session = this.running("setProxyServer");
    if (url === "") await session.enableProxy(false);
    session.proxy.setServer(url, pushNodeId);
  }

  /** Everything listened to through a proxy is pushed there from now on; an empty token ends that. */
  setPushNotificationToken(pushToken: string): void {
    this.running("setPushNotificationToken").proxy.setPush({ pushToken });
  }

  /** Which application of the device pushes are for. */
  setPushNotificationTopic(topic: string): void {
    this.running("setPushNotificationTopic").proxy.setPush({ topic });
  }

  /** By which service pushes come: `android`, `ios` or `unifiedpush`. */
  setPushNotificationPlatform(platform: string): void {
    this.running("setPushNotificationPlatform").proxy.setPush({ platform });
  }

  /** Hand in the data of a push notification that the application has got. */
  async pushNotificationReceived(data: Readonly<Record<string, unknown>>): Promise<PushNotificationResult> {
    return this.#session?.proxy.pushNotificationReceived(data) ?? PushNotificationResult.IgnoredStopped;
  }

  // ---- logging

  /** Where to log from now on; nowhere without one. */
  setLogger(logger?: Logger): void {
    this.#log.setTarget(logger);
  }

  /** Only log what names this id. */
  setLogFilter(id?: InfoHash): void {
    this.#log.setFilter(id);
  }

  // ---- the end

  /**
   * Waits for what is under way (`stop: true`: fails it), hands stored values on where `maintainStorage` asks for it, and
   * saves the state file. The node serves others until `join()`. Rejects with StateFileError when it can't be saved.
   */
  async shutdown({ stop = false, signal }: OperationOptions & { readonly stop?: boolean } = {}): Promise<void> {
    const session = this.#session;
    if (!session) return;
    this.#state = "stopping";
    await raceAbort(session.shutdown(stop), signal);
  }

  /** Closes the sockets now. Puts and gets under way end with `ok: false`; listeners see their values expire, and end. */
  async join(): Promise<void> {
    const session = this.#session;
    if (!session) return;
    this.#session = undefined;
    this.#state = "stopping";
    await session.close();
    for (const listen of [...this.listens]) listen.fail();
    this.#state = "idle";
    this.dispatchEvent(new StatusChangeEvent("disconnected", "disconnected"));
  }

  /** `shutdown()`, then `join()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.shutdown();
    } finally {
      await this.join();
    }
  }

  protected override get session(): Session | undefined {
    return this.#session;
  }

  protected override get accepting(): OperationsHost | undefined {
    return this.#state === "running" ? this.#session : undefined;
  }
}
