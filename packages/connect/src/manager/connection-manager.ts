// Source: DHTNet connection protocol, connection manager.
import type { AgentOptions } from "node:http";
import type { Duplex } from "node:stream";
import { NetworkWatch, TypedEventTarget } from "@hashmere/dht";
import type { Dispatcher, Agent as UndiciAgent } from "undici";
import { ConnectError } from "../errors/index.ts";
import type { Channel } from "../mux/index.ts";
import type { PortMapping } from "../port-mapping/index.ts";
import {
  ChannelAgent,
  ChannelListener,
  channelDispatcher,
  connectChannel,
  type SocketManners,
} from "../streams/index.ts";
import { decisionOf } from "./admission.ts";
import type { ConnectOptions } from "./channel-opening.ts";
import { ChannelQueue } from "./channel-queue.ts";
import { type ChannelInfo, type ConnectionInfo, channelInfo, connectionId, linkInfo } from "./connection-info.ts";
import { type DeviceName, deviceIdOf, keyIdOf } from "./device-id.ts";
import { Dialer } from "./dialer.ts";
import { Environment } from "./environment.ts";
import { type ConnectionManagerEventMap, RefusedEvent } from "./events.ts";
import { type ChannelHandler, type HandleOptions, IncomingChannels } from "./incoming-channels.ts";
import { NetworkCheck } from "./network-check.ts";
import type { ConnectionManagerOptions } from "./options.ts";
import { Peer, type PeerHost } from "./peer.ts";
import { createPeerHost } from "./peer-host.ts";
import { PeerRegistry } from "./peer-registry.ts";
import { Reception } from "./reception.ts";

/**
 * Connections to devices by their public keys alone, and from them.
 *
 * ```ts
 * await using manager = await ConnectionManager.open({ identity, allow: [friend] });
 * const channel = await manager.connect(friend, "chat");
 * for await (const channel of manager.incoming()) channel.pipe(channel);
 * ```
 *
 * Whoever isn't allowed is refused, and a channel that nobody handles is declined. Events: `connection`
 * (ConnectionEvent), `channel` (ChannelReadyEvent), `newdevice` (NewDeviceEvent), `refused` (RefusedEvent).
 */
export class ConnectionManager extends TypedEventTarget<ConnectionManagerEventMap> implements AsyncDisposable {
  readonly #environment: Environment;
  readonly #peers: PeerRegistry;
  readonly #reception: Reception;
  readonly #dialer: Dialer;
  readonly #incoming: IncomingChannels;
  readonly #queues = new Set<ChannelQueue>();
  readonly #networkCheck: NetworkCheck;
  /** Left out where no sockets of this machine are used. */
  readonly #networkWatch: NetworkWatch | undefined;
  readonly #closing = new AbortController();
  #closed: Promise<void> | undefined;

  private constructor(environment: Environment, options: ConnectionManagerOptions) {
    super();
    const { scheduler } = environment;
    const { signal } = this.#closing;
    this.#environment = environment;
    this.#incoming = new IncomingChannels(scheduler);
    this.#peers = new PeerRegistry((device) => new Peer(device, host));
    this.#dialer = new Dialer(environment, this.#peers, signal);
    this.#reception = new Reception({
      environment,
      peers: this.#peers,
      allow: decisionOf(options.allow),
      answerRefusals: options.answerRefusals ?? true,
      signal,
      refused: (deviceId, reason) => this.dispatchEvent(new RefusedEvent(deviceId, reason)),
    });
    this.#networkCheck = new NetworkCheck(scheduler, () => environment.connectivityChanged());
    const host: PeerHost = createPeerHost({
      environment,
      inbox: this.#reception.inbox,
      incoming: this.#incoming,
      relink: options.relink ?? true,
      linkLimits: options.linkLimits,
      networkCheck: this.#networkCheck,
      dispatch: (event) => this.dispatchEvent(event),
      idle: (peer) => this.#peers.delete(peer),
    });
    this.#networkWatch =
      options.layers === undefined ? new NetworkWatch(scheduler, () => this.connectivityChanged()) : undefined;
  }

  /**
   * A manager that can be reached. It need not be connected yet: what is asked of it waits for the network.
   * @throws ConnectError `ERR_BAD_CERTIFICATE` for an identity that can't be used, `ERR_INVALID_ID` for somebody allowed
   * who is no id; what DhtRunner.run throws
   */
  static async open(options: ConnectionManagerOptions): Promise<ConnectionManager> {
    const { signal } = options;
    signal?.throwIfAborted();
    const allow = decisionOf(options.allow);
    const manager = new ConnectionManager(await Environment.open(options), { ...options, allow });
    signal?.addEventListener("abort", () => void manager.close(), { once: true, signal: manager.#closing.signal });
    if (signal?.aborted) void manager.close();
    manager.#reception.open();
    return manager;
  }

  /** 64 hexadecimal digits: by this others connect to us. */
  get deviceId() {
    return deviceIdOf(this.#environment.identity.key.publicKey);
  }

  /** Our certificate as peers see it. */
  get certificate() {
    return this.#environment.identity.certificate;
  }

  /** Resolves when peers can look up our certificate, and so reach us; at the latest after some seconds. */
  get published(): Promise<void> {
    return this.#environment.published;
  }

  /** Ports of the home router that lead to us now. */
  get mappings(): readonly PortMapping[] {
    return this.#environment.mappings;
  }

  // --- channels that we ask for

  /**
   * Opens a channel to a device: over the link to it, or a new one.
   * @throws ConnectError with a code that tells how far it got: `ERR_INVALID_ID`, `ERR_SELF`, `ERR_NO_NETWORK`,
   * `ERR_NO_CERTIFICATE`, `ERR_BAD_CERTIFICATE`, `ERR_NO_ANSWER`, `ERR_REFUSED`, `ERR_NO_PATH`, `ERR_TLS`,
   * `ERR_DECLINED`, `ERR_TIMED_OUT`, `ERR_LINK_LOST`, `ERR_CLOSED`; the signal's reason
   */
  connect(device: DeviceName, name: string, options: ConnectOptions = {}): Promise<Channel> {
    return this.#dialer.connect(device, name, options);
  }

  /** A link to the device is up. */
  isConnected(device: DeviceName): boolean {
    return this.#peers.named(device)?.isConnected === true;
  }

  /** A channel of that name was asked for, and isn't open yet. */
  isConnecting(device: DeviceName, name: string): boolean {
    return this.#peers.named(device)?.isConnecting(name) === true;
  }

  // --- channels that others ask for

  /**
   * Decides about channels that others ask for.
   * @returns dispose it to decide no more
   * @throws TypeError when these channels have a handler already
   */
  handle(handler: ChannelHandler, options: HandleOptions = {}): Disposable {
    return this.#incoming.handle(handler, options);
  }

  /**
   * Accepts channels as they come. Begins at once; ends with the loop that takes them, or with the manager.
   * @throws TypeError when these channels have a handler already
   */
  incoming(options: HandleOptions = {}): AsyncIterableIterator<Channel, undefined> {
    const queue = new ChannelQueue(() => {
      handling[Symbol.dispose]();
      this.#queues.delete(queue);
    });
    const handling = this.handle((request) => queue.take(request), options);
    this.#queues.add(queue);
    return queue;
  }

  // --- channels for what expects sockets

  /**
   * Accepts the channels of a name as a `net.Server` accepts connections, for itself or for an HTTP server.
   * @throws TypeError when these channels have a handler already
   */
  listener(name: string): ChannelListener {
    return new ChannelListener(this, name);
  }

  /** Lets `http.request` talk to devices: the host of a URL is a device id, each connection a channel of that name. */
  agent(name: string, options?: AgentOptions): ChannelAgent {
    return new ChannelAgent(this, name, options);
  }

  /** The same for `fetch` and undici. */
  dispatcher(name: string, options?: UndiciAgent.Options): Dispatcher {
    return channelDispatcher(this, name, options);
  }

  /** A channel as a stream that is there at once, like `net.connect`: what is written waits until it is open. */
  socket(device: DeviceName, name: string): Duplex & SocketManners {
    return connectChannel(this, `${keyIdOf(device)}`, name);
  }

  // --- what there is

  /** Number of links that are up. */
  get activeLinks(): number {
    return this.#peers.links.length;
  }

  /** Links, attempts to make one, and channels that wait for one; of one device or of all. */
  getConnectionList(device?: DeviceName): ConnectionInfo[] {
    const peers = device === undefined ? [...this.#peers] : [this.#peers.named(device) ?? []].flat();
    return peers.flatMap((peer) => peer.connections());
  }

  /** The channels of a link. */
  getChannelList(connection: string): ChannelInfo[] {
    const found = this.#peers.links.find(({ device, id }) => connectionId(device, id) === connection);
    return found === undefined ? [] : [...found.link.channels.values()].map(channelInfo);
  }

  /** The link that carries a channel; undefined once that is over. */
  connectionOf(channel: Channel): ConnectionInfo | undefined {
    const found = this.#peers.linkOf(channel);
    return found && linkInfo(found);
  }

  /** Asks the other side of a channel for a sign of life. False when none came in time: the link is over then. */
  async beacon(channel: Channel, timeoutMs?: number): Promise<boolean> {
    return (await this.#peers.linkOf(channel)?.link.beacon(timeoutMs)) ?? false;
  }

  /** Addresses under which others see us: what the DHT's nodes say, or what we were told. */
  get publishedAddresses(): readonly string[] {
    return this.#environment.publicAddresses().map(({ host }) => host);
  }

  /**
   * What peers are told of our address, for who knows it better than the DHT; none: what that says again.
   * @throws TypeError for what is no numeric address
   */
  setPublishedAddresses(addresses: readonly string[]): void {
    this.#environment.setPublicAddresses(addresses);
  }

  /**
   * The network of this machine has changed: every link is checked, and those that are dead end within 3 s. A change of its
   * addresses is noticed without being told.
   */
  connectivityChanged(): void {
    this.#environment.connectivityChanged();
    for (const { link } of this.#peers.links) void link.beacon();
    for (const peer of this.#peers) peer.networkChanged();
  }

  /** Ends everything with the devices of an account; what waits for them fails with `ERR_CLOSED`. */
  async closeConnectionsWith(accountId: string): Promise<void> {
    const peers = [...this.#peers].filter(({ device }) => device.accountId === accountId.toLowerCase());
    await Promise.all(peers.map((peer) => peer.close(closedHere())));
  }

  /** Ends all channels and links in good order, and gives back all that was taken. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#closing.abort(closedHere());
    this.#reception.close();
    this.#networkWatch?.[Symbol.dispose]();
    this.#networkCheck.stop();
    for (const queue of [...this.#queues]) queue.end();
    await Promise.all([...this.#peers].map((peer) => peer.close(closedHere())));
    await this.#environment.close();
  }
}

function closedHere(): ConnectError {
  return new ConnectError("ERR_CLOSED", "the connection was closed here");
}
