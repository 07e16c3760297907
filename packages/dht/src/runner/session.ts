import type { Family, SockAddr } from "../address/index.ts";
import type { DiscoveryGroup } from "../discovery/index.ts";
import { DhtError, type SocketError } from "../errors/index.ts";
import { combinedStatus, DhtNode, type NodeStatus } from "../node/index.ts";
import { type RandomSource, systemRandom } from "../random/index.ts";
import type { Scheduler } from "../scheduler/index.ts";
import { nodeIdOf, OffThreadOperations, requireMatchingKey, SecureNode, ValueSecurity } from "../secure/index.ts";
import type { DatagramReceiver } from "../transport/index.ts";
import type { ValueTypeRegistry } from "../value/index.ts";
import type { NodeEntry } from "../wire/index.ts";
import { bootstrapHosts, checkConfig, type DhtRunnerConfig, proxySettings } from "./config.ts";
import { readState, writeState } from "./files/state-store.ts";
import { openLocalDiscovery } from "./local-discovery.ts";
import { NetworkWatch } from "./network-watch.ts";
import { NodeSockets } from "./node-sockets.ts";
import { OngoingOperations } from "./operations/ongoing-operations.ts";
import { ProxySwitch } from "./proxy/proxy-switch.ts";
import { RealScheduler } from "./real-scheduler.ts";
import { resolveHost } from "./resolve-host.ts";
import type { SwitchableLogger } from "./switchable-logger.ts";

export interface SessionHooks {
  onStatus(status4: NodeStatus, status6: NodeStatus): void;
  onPublicAddress(addresses: readonly SockAddr[]): void;
  onIdentityAnnounced(ok: boolean): void;
  /** Something went wrong, and the node goes on. */
  onError(error: DhtError): void;
}

/** One run of a node, from `run()` to `join()`: the engine with its sockets, clock, files and operations. */
export class Session implements DatagramReceiver {
  readonly operations = new OngoingOperations();
  readonly random: RandomSource;
  readonly node: DhtNode;
  /** Whether this node acts by itself or through a proxy. */
  readonly proxy: ProxySwitch;
  /** What acts, with signatures and encryption: what operations start on. */
  readonly dht: SecureNode;
  readonly #config: DhtRunnerConfig;
  readonly #sockets: NodeSockets;
  readonly #scheduler: Scheduler;
  readonly #log: SwitchableLogger;
  readonly #hooks: SessionHooks;
  readonly #networkWatch: NetworkWatch | undefined;
  #discovery: DiscoveryGroup | undefined;
  /** Whom to join through, as long as nobody was asked. */
  readonly #targets: ReturnType<typeof bootstrapHosts> = [];
  /** Nodes of an earlier run, as long as there are no sockets to ask them. */
  readonly #earlierNodes: NodeEntry[] = [];
  #isOpen = true;

  /**
   * Reads the state file, binds the sockets unless a proxy is to act instead, and starts the engine.
   * @throws SocketError when nothing can be bound; StateFileError; CryptoError when the identity's key and certificate
   * don't match; RangeError or TypeError for a configuration that makes no sense
   */
  static async open(
    config: DhtRunnerConfig,
    types: ValueTypeRegistry,
    log: SwitchableLogger,
    hooks: SessionHooks,
  ): Promise<Session> {
    if (config.identity) requireMatchingKey(config.identity);
    checkConfig(config);
    const targets = bootstrapHosts(config);
    const complain = (error: DhtError) => report(error, log, hooks);
    const path = config.persistPath;
    const state = path
      ? await readState(path, (reason) => complain(new DhtError("ERR_STATE_UNREAD", `state not loaded: ${reason}`)))
      : undefined;
    const sockets = await NodeSockets.prepare(config);
    const { proxyServer, peerDiscovery, peerPublish } = config;
    if (!proxyServer || peerDiscovery || peerPublish) await sockets.open();
    const savedId = state?.id.isZero() ? undefined : state?.id;
    const session = new Session(config, types, log, hooks, sockets, savedId);
    try {
      session.#earlierNodes.push(...(state?.nodes ?? []));
      session.node.importValues(state?.values ?? []);
      session.#targets.push(...targets);
      if (sockets.areOpen) session.#takeUpSockets();
      if (proxyServer) session.proxy.enable(true);
      else session.#join();
      if (peerDiscovery || peerPublish) await session.#openDiscovery();
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  private constructor(
    config: DhtRunnerConfig,
    types: ValueTypeRegistry,
    log: SwitchableLogger,
    hooks: SessionHooks,
    sockets: NodeSockets,
    savedId: DhtRunnerConfig["nodeId"],
  ) {
    this.#config = config;
    this.#log = log;
    this.#hooks = hooks;
    this.#sockets = sockets;
    sockets.receiver = this;
    this.#scheduler = config.clock ?? new RealScheduler();
    this.random = config.random ?? systemRandom;
    const { identity } = config;
    const security = new ValueSecurity(identity?.key, new OffThreadOperations());
    this.node = new DhtNode({
      ...config,
      id: config.nodeId ?? savedId ?? (identity && nodeIdOf(identity)),
      checkSignature: (value, source, onOutcome) => security.check(value, source, onOutcome),
      types,
      log,
      scheduler: this.#scheduler,
      random: this.random,
      families: sockets.families,
      send: (datagram, to, expectsAnswer) => sockets.send(datagram, to, expectsAnswer),
      resolve: (host, port, done) => {
        resolveHost(host, port).then(done, (cause) => {
          const reason = cause instanceof Error ? cause.message : cause;
          report(new DhtError("ERR_RESOLVE", `can't resolve ${host}: ${reason}`, { cause }), log, hooks);
          done([]);
        });
      },
      events: {
        onStatus: (status4, status6) => this.#onEngineStatus(status4, status6),
        onPublicAddress: (addresses) => !this.proxy.backend && hooks.onPublicAddress(addresses),
        onError: (error) => hooks.onError(error),
      },
    });
    this.proxy = new ProxySwitch(this.node, proxySettings(config), config.proxy, {
      onStatus: (status4, status6) => this.#onStatus(status4, status6),
      onPublicAddress: (addresses) => hooks.onPublicAddress(addresses),
      onError: (error) => report(error, log, hooks),
    });
    this.dht = new SecureNode({
      node: this.proxy.node,
      security,
      random: this.random,
      identity,
      cacheAllKeys: config.certCacheAll,
      certificateStore: config.certificateStore,
      trust: config.trust,
      onIdentityAnnounced: (ok) => hooks.onIdentityAnnounced(ok),
    });
    const { watchNetwork = config.socket === undefined } = config;
    if (watchNetwork) this.#networkWatch = new NetworkWatch(this.#scheduler, () => this.connectivityChanged());
  }

  get status(): NodeStatus {
    return combinedStatus(this.proxy.node.status4, this.proxy.node.status6);
  }

  /** Acts through the proxy, or by itself. @throws DhtError as `ProxySwitch.enable` does, or when no socket can be opened */
  async enableProxy(on: boolean): Promise<void> {
    if (!on && !this.#sockets.areOpen) {
      await this.#sockets.open();
      if (!this.#isOpen) return;
      this.#takeUpSockets();
    }
    if (!on) this.#join(); // first, so that nobody hears of an engine that is alone because it has asked nobody yet
    this.proxy.enable(on);
  }

  bound(family: Family): SockAddr | undefined {
    return this.#sockets.bound(family);
  }

  socketError(family: Family): SocketError | undefined {
    return this.#sockets.failure(family);
  }

  /** The engine, for an operation to start on; undefined while the outcome of a bootstrap is open. */
  get ready(): SecureNode | undefined {
    const isReady = this.proxy.backend?.isReady ?? this.status !== "connecting";
    return isReady ? this.dht : undefined;
  }

  dumpTables(): void {
    const { node } = this;
    for (const text of [node.routingLog(4), node.routingLog(6), node.searchesLog(), node.storageLog()]) {
      if (text !== "") this.#log.log("debug", text);
    }
  }

  connectivityChanged(): void {
    this.node.connectivityChanged();
    this.proxy.backend?.connectivityChanged();
    this.#discovery?.connectivityChanged();
  }

  /** Waits for what is under way, hands stored values on (`maintainStorage`), and writes the state file. */
  async shutdown(stop: boolean): Promise<void> {
    this.operations.startWaiting(this.dht);
    if (stop) this.operations.failAll();
    await this.operations.idle();
    await new Promise<void>((resolve) => this.node.shutdown({ stop, onDone: resolve }));
    const { persistPath } = this.#config;
    if (!persistPath) return;
    await writeState(persistPath, {
      id: this.node.id,
      nodes: [...this.#earlierNodes, ...this.node.exportNodes()],
      values: this.node.exportValues(),
    });
  }

  /** Ends everything now. Listeners hear of the end of all values they know. */
  async close(): Promise<void> {
    this.#isOpen = false;
    this.#networkWatch?.[Symbol.dispose]();
    await this.#discovery?.[Symbol.asyncDispose]();
    this.proxy.close();
    this.node.close();
    this.operations.failAll();
    if (this.#scheduler instanceof RealScheduler && this.#scheduler !== this.#config.clock) this.#scheduler.stop();
    await this.#sockets.close();
  }

  onDatagram(datagram: Uint8Array, from: SockAddr): void {
    if (this.#isOpen) this.node.receive(datagram, from);
  }

  onUnreachable(to: SockAddr): void {
    if (this.#isOpen) this.node.sendFailed(to);
  }

  /** Tells of those that are missing, and has the engine use the others. */
  #takeUpSockets(): void {
    for (const error of this.#sockets.missed) report(error, this.#log, this.#hooks);
    for (const entry of this.#earlierNodes.splice(0)) this.node.insertNode(entry);
  }

  #join(): void {
    for (const { host, port } of this.#targets.splice(0)) this.node.addBootstrap(host, port);
  }

  #onEngineStatus(status4: NodeStatus, status6: NodeStatus): void {
    if (combinedStatus(status4, status6) === "disconnected") this.#discovery?.search();
    else this.#discovery?.settle();
    if (!this.proxy.backend) this.#onStatus(status4, status6);
  }

  /** Of whoever acts. */
  #onStatus(status4: NodeStatus, status6: NodeStatus): void {
    this.dht.onStatus();
    if (this.ready) this.operations.startWaiting(this.dht);
    this.#hooks.onStatus(status4, status6);
  }

  async #openDiscovery(): Promise<void> {
    const local = {
      id: this.node.id,
      network: this.#config.network ?? 0,
      ports: { 4: this.bound(4)?.port, 6: this.bound(6)?.port },
    };
    const options = {
      scheduler: this.#scheduler,
      find: this.#config.peerDiscovery ?? false,
      announce: this.#config.peerPublish ?? false,
    };
    try {
      this.#discovery = await openLocalDiscovery(options, local, (found) => this.node.insertNode(found));
    } catch (error) {
      if (!(error instanceof DhtError)) throw error;
      report(error, this.#log, this.#hooks); // a machine without multicast can still be a good node
    }
  }
}

function report(error: DhtError, log: SwitchableLogger, hooks: SessionHooks): void {
  log.log("warning", error.message);
  hooks.onError(error);
}
