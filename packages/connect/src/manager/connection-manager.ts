// Source: DHTNet connection protocol, connection manager.
import type { AgentOptions } from "node:http";
import type { Duplex } from "node:stream";
import { Certificate } from "@hashmere/crypto";
import { NetworkWatch, raceAbort, TypedEventTarget } from "@hashmere/dht";
import type { Dispatcher, Agent as UndiciAgent } from "undici";
import { ConnectError } from "../errors/index.ts";
import { type Channel, Link, type LinkLimits } from "../mux/index.ts";
import type { PortMapping } from "../port-mapping/index.ts";
import { Inbox, inboxCalled, type PeerRequest } from "../signalling/index.ts";
import {
  ChannelAgent,
  ChannelListener,
  channelDispatcher,
  connectChannel,
  type SocketManners,
} from "../streams/index.ts";
import { decisionOf, type PeerDevice, peerDevice } from "./admission.ts";
import { ChannelOpening, type ConnectOptions, DEFAULT_TIMEOUT_MS } from "./channel-opening.ts";
import { ChannelQueue } from "./channel-queue.ts";
import {
  type ChannelInfo,
  type ConnectionInfo,
  channelInfo,
  connectionId,
  linkInfo,
  negotiationInfo,
} from "./connection-info.ts";
import { type DeviceName, deviceIdOf, isIdOf, keyIdOf } from "./device-id.ts";
import { Doorkeeper } from "./doorkeeper.ts";
import { Environment } from "./environment.ts";
import {
  ChannelReadyEvent,
  ConnectionEvent,
  type ConnectionManagerEventMap,
  NewDeviceEvent,
  RefusedEvent,
} from "./events.ts";
import { GatheringAhead } from "./gathering-ahead.ts";
import { type ChannelHandler, type HandleOptions, IncomingChannels } from "./incoming-channels.ts";
import { IncomingNegotiation, type NegotiationContext, OutgoingNegotiation, type SecuredPath } from "./negotiation.ts";
import { NetworkCheck } from "./network-check.ts";
import type { ConnectionManagerOptions } from "./options.ts";
import { Peer, type PeerHost } from "./peer.ts";
import type { PeerLink } from "./peer-link.ts";
import { randomConnectionId } from "./random-connection-id.ts";

/** Attempts of others that are under way at a time; further requests are passed over. */
export const MAX_INCOMING_NEGOTIATIONS = 128;

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
  readonly #inbox: Inbox;
  readonly #relink: boolean;
  readonly #linkLimits: Partial<LinkLimits> | undefined;
  readonly #host: PeerHost;
  readonly #peers = new Map<string, Peer>();
  readonly #incoming: IncomingChannels;
  readonly #queues = new Set<ChannelQueue>();
  /** For devices that we call. */
  readonly #gatheringAhead: GatheringAhead;
  readonly #closing = new AbortController();
  /** Left out where no sockets of this machine are used. */
  readonly #networkWatch: NetworkWatch | undefined;
  #closed: Promise<void> | undefined;
  readonly #networkCheck: NetworkCheck;

  private constructor(environment: Environment, options: ConnectionManagerOptions) {
    super();
    this.#environment = environment;
    this.#relink = options.relink ?? true;
    this.#linkLimits = options.linkLimits;
    this.#incoming = new IncomingChannels(environment.scheduler);
    const { dht, identity, treated, log, certificates, scheduler, layers } = environment;
    this.#gatheringAhead = new GatheringAhead("controlled", layers, scheduler);
    const gatheringForCallers = new GatheringAhead("controlling", layers, scheduler);
    const doorkeeper = new Doorkeeper({
      ownId: this.deviceId,
      certificates,
      allow: decisionOf(options.allow),
      answerRefusals: options.answerRefusals ?? true,
      log,
      signal: this.#closing.signal,
      scheduler,
      refuse: (request) => this.#refuse(request),
      refused: (deviceId, reason) => this.dispatchEvent(new RefusedEvent(deviceId, reason)),
      gatherAhead: (deviceId) => gatheringForCallers.begin(`${deviceId}`),
      admit: (device, request, session) =>
        this.#peersNegotiating < MAX_INCOMING_NEGOTIATIONS && this.#peer(device).answer(request, session),
    });
    this.#inbox = new Inbox({
      dht,
      identity,
      treated,
      log,
      legacyMode: environment.legacyMode,
      isKnown: (deviceId) => certificates.known(deviceId) !== undefined,
      onRequest: (request) => doorkeeper.decide(request),
      onAnswer: (answer) => this.#peers.get(`${answer.deviceId}`)?.answered(answer) === true,
    });
    this.#networkCheck = new NetworkCheck(scheduler, () => environment.connectivityChanged());
    this.#host = this.#peerHost();
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
    manager.#inbox.open().catch((error: unknown) => {
      if (!manager.#closing.signal.aborted) manager.#environment.log.log("error", `nobody can reach us: ${error}`);
    });
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
  async connect(device: DeviceName, name: string, options: ConnectOptions = {}): Promise<Channel> {
    this.#throwIfClosed();
    const id = keyIdOf(device);
    if (isIdOf(id, this.#environment.identity.key.publicKey)) {
      throw new ConnectError("ERR_SELF", "a device doesn't connect to itself", { hint: "Name another device's id." });
    }
    const { timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    const opening = new ChannelOpening(`${id}`, name, options, timeoutMs, this.#environment.scheduler);
    this.#closing.signal.addEventListener("abort", () => opening.fail(closedHere()), { signal: opening.signal });
    try {
      this.#open(await this.#findDevice(device, opening), opening);
    } catch (error) {
      opening.fail(error);
    }
    return opening.channel;
  }

  /** A link to the device is up. */
  isConnected(device: DeviceName): boolean {
    return this.#peerOf(device)?.isConnected === true;
  }

  /** A channel of that name was asked for, and isn't open yet. */
  isConnecting(device: DeviceName, name: string): boolean {
    return this.#peerOf(device)?.isConnecting(name) === true;
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
    return this.#links().length;
  }

  /** Links, attempts to make one, and channels that wait for one; of one device or of all. */
  getConnectionList(device?: DeviceName): ConnectionInfo[] {
    const peers = device === undefined ? [...this.#peers.values()] : [this.#peerOf(device) ?? []].flat();
    return peers.flatMap((peer) => peer.connections());
  }

  /** The channels of a link. */
  getChannelList(connection: string): ChannelInfo[] {
    const found = this.#links().find(({ device, id }) => connectionId(device, id) === connection);
    return found === undefined ? [] : [...found.link.channels.values()].map(channelInfo);
  }

  /** The link that carries a channel; undefined once that is over. */
  connectionOf(channel: Channel): ConnectionInfo | undefined {
    const found = this.#linkOf(channel);
    return found && linkInfo(found);
  }

  /** Asks the other side of a channel for a sign of life. False when none came in time: the link is over then. */
  async beacon(channel: Channel, timeoutMs?: number): Promise<boolean> {
    return (await this.#linkOf(channel)?.link.beacon(timeoutMs)) ?? false;
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
    for (const { link } of this.#links()) void link.beacon();
    for (const peer of this.#peers.values()) peer.networkChanged();
  }

  /** Ends everything with the devices of an account; what waits for them fails with `ERR_CLOSED`. */
  async closeConnectionsWith(accountId: string): Promise<void> {
    const peers = [...this.#peers.values()].filter(({ device }) => device.accountId === accountId.toLowerCase());
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
    this.#inbox.close();
    this.#networkWatch?.[Symbol.dispose]();
    this.#networkCheck.stop();
    for (const queue of [...this.#queues]) queue.end();
    await Promise.all([...this.#peers.values()].map((peer) => peer.close(closedHere())));
    await this.#environment.close();
  }

  #throwIfClosed(): void {
    if (this.#closed !== undefined) throw closedHere();
  }

  // --- devices

  #links(): PeerLink[] {
    return [...this.#peers.values()].flatMap(({ links }) => links);
  }

  #linkOf(channel: Channel): PeerLink | undefined {
    return this.#links().find(({ inUse }) => inUse.has(channel));
  }

  get #peersNegotiating(): number {
    let count = 0;
    for (const { negotiationCount } of this.#peers.values()) count += negotiationCount;
    return count;
  }

  #peerOf(device: DeviceName): Peer | undefined {
    const id = keyIdOf(device);
    for (const peer of this.#peers.values()) if (isIdOf(id, peer.device.certificate.publicKey)) return peer;
    return undefined;
  }

  async #findDevice(name: DeviceName, opening: ChannelOpening): Promise<PeerDevice> {
    const connected = this.#peerOf(name);
    if (connected !== undefined) return connected.device;
    const { certificates, dht } = this.#environment;
    const id = keyIdOf(name);
    if (name instanceof Certificate) await certificates.keep(name);
    if (certificates.known(id) === undefined) {
      await raceAbort(dht.connected({ signal: opening.signal }), opening.signal);
      if (!opening.options.noNewLink) opening.session = this.#gatheringAhead.begin(`${id}`);
    }
    opening.stage = "certificate";
    const certificate = await raceAbort(certificates.obtain(id, opening.signal), opening.signal);
    opening.stage = "network";
    await raceAbort(dht.connected({ signal: opening.signal }), opening.signal);
    this.#throwIfClosed();
    return peerDevice(deviceIdOf(certificate.publicKey), certificate);
  }

  #open(device: PeerDevice, opening: ChannelOpening): void {
    if (opening.isOver) return;
    const peer = this.#peer(device);
    const { name, options } = opening;
    const other = options.uniqueName ? peer.sharedOpening(name) : undefined;
    const channel = options.uniqueName ? peer.channelNamed(name) : undefined;
    if (other !== undefined) opening.follow(other, () => this.#open(device, opening));
    else if (channel !== undefined) opening.share(channel);
    else peer.open(opening);
  }

  #peer(device: PeerDevice): Peer {
    const key = `${device.deviceId}`;
    const peer = this.#peers.get(key) ?? new Peer(device, this.#host);
    this.#peers.set(key, peer);
    return peer;
  }

  /** An answer that leads nowhere: ours know it for a refusal, and the attempt of others ends with it, too. */
  #refuse({ from, id, inbox }: PeerRequest): void {
    const refusal = { id, iceMessage: "", isAnswer: true, connectionType: "", isRefusal: true };
    void this.#inbox.send(from, refusal, { inbox }).catch(() => {}); // who isn't reached is no better off
  }

  // --- what peers need of us

  #peerHost(): PeerHost {
    const { scheduler, random, identity, layers, legacyMode, published, log, ocsp } = this.#environment;
    const context: NegotiationContext = { identity, layers, scheduler, log, ocsp, inbox: this.#inbox };
    return {
      scheduler,
      relink: this.#relink,
      call: (device, connectionType, onStatus, session) =>
        new OutgoingNegotiation(randomConnectionId(random), device, context, {
          inbox: inboxCalled(legacyMode),
          connectionType,
          ready: published,
          session: session?.take(),
          onStatus,
        }),
      answer: (request, device, onStatus, session) =>
        new IncomingNegotiation(request, device, context, onStatus, session?.take()),
      createLink: (device, secured) => this.#createLink(device, secured),
      checkNetwork: () => this.#networkCheck.begin(),
      negotiationChanged: (negotiation, error) => {
        const info = negotiationInfo(negotiation, error === undefined ? negotiation.status : "closed");
        this.dispatchEvent(new ConnectionEvent(info, error));
      },
      linkChanged: (peerLink, status, error) =>
        this.dispatchEvent(new ConnectionEvent(linkInfo(peerLink, status), error)),
      newDevice: ({ deviceId, certificate }) => this.dispatchEvent(new NewDeviceEvent(deviceId, certificate)),
      channelReady: ({ device }, channel) => this.dispatchEvent(new ChannelReadyEvent(device.deviceId, channel)),
      idle: ({ device }) => this.#peers.delete(`${device.deviceId}`),
    };
  }

  #createLink(device: PeerDevice, { stream, selection }: SecuredPath): Link {
    return new Link(stream, {
      isInitiator: selection.role === "controlling",
      scheduler: this.#environment.scheduler,
      limits: this.#linkLimits,
      log: this.#environment.log,
      accept: (request) => this.#incoming.decide(device, request),
    });
  }
}

function closedHere(): ConnectError {
  return new ConnectError("ERR_CLOSED", "the connection was closed here");
}
