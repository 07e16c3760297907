// Source: DHTNet connection protocol, connection manager (state, failure and retry rules).
import type { Scheduler } from "@hashmere/dht";
import { ConnectError } from "../errors/index.ts";
import type { Channel, Link } from "../mux/index.ts";
import type { PeerRequest } from "../signalling/index.ts";
import type { PeerDevice } from "./admission.ts";
import type { ChannelOpening } from "./channel-opening.ts";
import { type ConnectionInfo, linkInfo, negotiationInfo, openingInfo } from "./connection-info.ts";
import type { SessionAhead } from "./gathering-ahead.ts";
import { type IncomingNegotiation, type Negotiation, OutgoingNegotiation, type SecuredPath } from "./negotiation.ts";
import { channelNamed, type PeerLink } from "./peer-link.ts";
import { Remaking } from "./remaking.ts";
import type { Stage } from "./timed-out.ts";

/**
 * Attempts to reach one device, and of that device, that are under way at a time; then its next one takes the place of its
 * oldest. After a restart, requests of the last ten minutes come again, and must not keep out the one that counts.
 */
export const MAX_NEGOTIATIONS_PER_DEVICE = 4;

/** Failures of which another attempt may know nothing: the network was looked at anew meanwhile. */
const PASSING_FAILURES: readonly string[] = ["ERR_NO_ANSWER", "ERR_NO_PATH"];
/** An attempt that could not come to anything in the time that is left isn't begun. */
const LEAST_ATTEMPT_MS = 3000;

/** A request for a channel that is unanswered for so long may have gone into a dead link: the other side is asked. */
const DOUBT_AFTER_MS = 1000;

/** What a peer asks of the manager it belongs to. */
export interface PeerHost {
  readonly scheduler: Scheduler;
  /** Make a link again that broke while it was used. */
  readonly relink: boolean;
  call(
    device: PeerDevice,
    connectionType: string,
    onStatus: () => void,
    session: SessionAhead | undefined,
  ): OutgoingNegotiation;
  answer(
    request: PeerRequest,
    device: PeerDevice,
    onStatus: () => void,
    session: SessionAhead | undefined,
  ): IncomingNegotiation;
  createLink(device: PeerDevice, secured: SecuredPath): Link;
  /** No path was found: the fault may be here. */
  checkNetwork(): void;
  /** A link was lost, or is not made again: what was found out a moment ago may be true no longer. */
  checkNetworkAgain(): void;
  negotiationChanged(negotiation: Negotiation, error?: ConnectError): void;
  linkChanged(link: PeerLink, status: "connected" | "closed", error?: ConnectError): void;
  newDevice(device: PeerDevice): void;
  channelReady(link: PeerLink, channel: Channel): void;
  /** Nothing is left of it. */
  idle(peer: Peer): void;
}

/** All that there is between us and one device: links, attempts to make one, channels that wait. */
export class Peer {
  readonly device: PeerDevice;
  readonly #host: PeerHost;
  readonly #links = new Map<bigint, PeerLink>();
  readonly #negotiations = new Map<bigint, Negotiation>();
  readonly #openings = new Set<ChannelOpening>();
  readonly #remaking: Remaking;

  constructor(device: PeerDevice, host: PeerHost) {
    this.device = device;
    this.#host = host;
    this.#remaking = new Remaking(host.scheduler, {
      call: () => this.#negotiations.size === 0 && this.#call(""),
      stalled: (isAnswered) => {
        host.checkNetworkAgain(); // the answer may have gone to an address that is ours no longer
        if (isAnswered && this.#negotiations.size === 1) this.#call("");
      },
    });
  }

  get links(): readonly PeerLink[] {
    return [...this.#links.values()];
  }

  get negotiationCount(): number {
    return this.#negotiations.size;
  }

  get isConnected(): boolean {
    return this.#links.size > 0;
  }

  isConnecting(name: string): boolean {
    for (const opening of this.#openings) if (opening.name === name) return true;
    return false;
  }

  connections(): ConnectionInfo[] {
    return [
      ...this.links.map((link) => linkInfo(link)),
      ...[...this.#negotiations.values()].map((negotiation) => negotiationInfo(negotiation)),
      ...[...this.#openings]
        .filter(({ stage }) => stage !== "channel")
        .map((opening) => openingInfo(this.device, opening)),
    ];
  }

  // --- channels that we ask for

  /** The channel of a name that is on its way, for those who want to share it. */
  sharedOpening(name: string): ChannelOpening | undefined {
    for (const opening of this.#openings) if (opening.name === name && opening.options.uniqueName) return opening;
    return undefined;
  }

  /** An open channel of that name, whoever opened it. */
  channelNamed(name: string): Channel | undefined {
    for (const link of this.#links.values()) {
      const channel = channelNamed(link, name);
      if (channel !== undefined) return channel;
    }
    return undefined;
  }

  open(opening: ChannelOpening): void {
    this.#openings.add(opening);
    opening.signal.addEventListener("abort", () => this.#openingOver(opening), { once: true });
    const link = this.#bestLink();
    if (link !== undefined) void this.#openOn(link, opening, opening.options.channelTimeoutMs);
    else this.#openAnew(opening);
  }

  #openAnew(opening: ChannelOpening): void {
    const { noNewLink, forceNewLink, connectionType = "" } = opening.options;
    opening.stage = this.#stage();
    if (this.#negotiations.size > 0 && !forceNewLink) return;
    if (noNewLink) opening.fail(noLink(this.device));
    else this.#call(connectionType, opening.session);
  }

  async #openOn(peerLink: PeerLink, opening: ChannelOpening, timeoutMs?: number): Promise<void> {
    const { name, signal } = opening;
    const { scheduler } = this.#host;
    opening.stage = "channel";
    const doubt = scheduler.at(scheduler.now() + DOUBT_AFTER_MS, () => void peerLink.link.beacon());
    try {
      const channel = await peerLink.link.open(name, { signal, timeoutMs });
      if (!opening.isOver) this.#channelReady(peerLink, channel);
      opening.succeed(channel);
    } catch (error) {
      if (opening.isOver) return;
      if (error instanceof ConnectError && error.code === "ERR_TIMED_OUT") peerLink.link.destroy(error);
      else if (this.#links.has(peerLink.id)) return opening.fail(error); // declined: the link is as good as before
      this.#retry(opening, error);
    } finally {
      doubt.cancel();
    }
  }

  /** The link died before it was known whether the channel is wanted: once more, on another one. */
  #retry(opening: ChannelOpening, error: unknown): void {
    if (opening.isRetried || opening.options.noNewLink) return opening.fail(error);
    opening.isRetried = true;
    const link = this.#bestLink();
    if (link !== undefined) void this.#openOn(link, opening);
    else this.#openAnew(opening);
  }

  #openingOver(opening: ChannelOpening): void {
    this.#openings.delete(opening);
    if (this.#openings.size > 0 || this.isConnected) return this.#leaveIfIdle();
    const reason = new ConnectError("ERR_CLOSED", "nobody waits for this connection any more");
    if (!this.#remaking.isUnderWay) this.#endCalls(reason);
    this.#leaveIfIdle();
  }

  // --- attempts

  #call(connectionType: string, session?: SessionAhead): void {
    const negotiation = this.#host.call(this.device, connectionType, () => this.#progressed(negotiation), session);
    void this.#negotiate(negotiation);
  }

  /** What we had asked for is asked for no more. */
  #endCalls(reason: ConnectError): void {
    for (const negotiation of this.#negotiations.values()) if (negotiation.isCaller) negotiation.abort(reason);
  }

  /** They call us. False when there are too many attempts, and none of theirs that could give way. */
  answer(request: PeerRequest, session?: SessionAhead): boolean {
    if (this.#negotiations.size >= MAX_NEGOTIATIONS_PER_DEVICE && !this.#endOldestOfTheirs()) return false;
    const negotiation = this.#host.answer(request, this.device, () => this.#progressed(negotiation), session);
    void this.#negotiate(negotiation);
    return true;
  }

  #endOldestOfTheirs(): boolean {
    for (const negotiation of this.#negotiations.values()) {
      if (negotiation.isCaller || negotiation.status === "tls") continue;
      this.#negotiations.delete(negotiation.id);
      negotiation.abort(new ConnectError("ERR_CLOSED", "a newer attempt of the device has taken its place"));
      return true;
    }
    return false;
  }

  /** Whether it answers an attempt of ours. */
  answered(answer: PeerRequest): boolean {
    const negotiation = this.#negotiations.get(answer.id);
    if (!(negotiation instanceof OutgoingNegotiation)) return false;
    negotiation.answer(answer);
    return true;
  }

  async #negotiate(negotiation: Negotiation): Promise<void> {
    this.#negotiations.set(negotiation.id, negotiation);
    this.#host.negotiationChanged(negotiation);
    try {
      const secured = await negotiation.run();
      if (negotiation.signal.aborted) secured.stream.destroy(); // in the very moment in which it had come about
      negotiation.signal.throwIfAborted();
      this.#negotiations.delete(negotiation.id);
      this.#connected(negotiation, secured);
    } catch (error) {
      this.#negotiations.delete(negotiation.id);
      this.#failed(negotiation, toConnectError(error));
    }
  }

  #progressed(negotiation: Negotiation): void {
    for (const opening of this.#openings) if (opening.stage !== "channel") opening.stage = this.#stage();
    if (negotiation.isCaller && negotiation.status === "ice") this.#remaking.answered();
    this.#host.negotiationChanged(negotiation);
  }

  /** The farthest that any attempt has got. */
  #stage(): Stage {
    const statuses = [...this.#negotiations.values()].map(({ status }) => status);
    if (statuses.includes("tls")) return "tls";
    return statuses.includes("ice") ? "path" : "answer";
  }

  #failed(negotiation: Negotiation, error: ConnectError): void {
    this.#host.negotiationChanged(negotiation, error);
    const waiting = [...this.#openings].filter(({ stage }) => stage !== "channel");
    if (this.#negotiations.size > 0) return;
    const isPassing = PASSING_FAILURES.includes(error.code);
    if (isPassing) this.#host.checkNetwork();
    for (const opening of waiting) if (!isPassing || opening.remainingMs < LEAST_ATTEMPT_MS) opening.fail(error);
    if (this.#negotiations.size === 0 && waiting.some(({ isOver }) => !isOver)) this.#call("");
    else this.#remaking.failed(error);
    this.#leaveIfIdle();
  }

  /** This machine has another network: what was begun in the old one is begun anew. */
  networkChanged(): void {
    const reason = new ConnectError("ERR_NO_ANSWER", "the network of this machine has changed meanwhile");
    for (const negotiation of this.#negotiations.values()) {
      if (negotiation.isCaller && negotiation.status === "connecting") negotiation.abort(reason);
    }
    this.#remaking.hurry();
  }

  // --- links

  #connected(negotiation: Negotiation, secured: SecuredPath): void {
    const { id, isCaller } = negotiation;
    const isFirst = !this.isConnected;
    const link = this.#host.createLink(this.device, secured);
    const { path } = secured.selection;
    const createdAt = this.#host.scheduler.wallClock();
    const peerLink: PeerLink = { id, device: this.device, link, path, isCaller, createdAt, inUse: new Set() };
    const older = this.links;
    this.#links.set(id, peerLink);
    link.addEventListener("channel", ({ channel }) => this.#channelReady(peerLink, channel));
    link.addEventListener("close", ({ error }) => this.#linkClosed(peerLink, error));
    if (this.#remaking.isUnderWay)
      this.#endCalls(new ConnectError("ERR_CLOSED", "another attempt has made the link again"));
    this.#remaking.succeeded();
    this.#host.linkChanged(peerLink, "connected");
    if (isFirst) this.#host.newDevice(this.device);
    for (const other of older) void other.link.beacon(); // one of them may be dead, and this one in its place
    for (const opening of this.#openings) if (opening.stage !== "channel") void this.#openOn(peerLink, opening);
  }

  #channelReady(peerLink: PeerLink, channel: Channel): void {
    peerLink.inUse.add(channel);
    channel.once("close", () => peerLink.inUse.delete(channel));
    this.#host.channelReady(peerLink, channel);
  }

  #linkClosed(peerLink: PeerLink, error: ConnectError | undefined): void {
    this.#links.delete(peerLink.id);
    this.#host.linkChanged(peerLink, "closed", error);
    if (error !== undefined) {
      this.#host.checkNetworkAgain();
      const isWanted = peerLink.inUse.size > 0 || this.#remaking.hasJustSucceeded;
      if (peerLink.isCaller && isWanted && this.#host.relink && !this.isConnected) this.#remaking.begin();
    }
    this.#leaveIfIdle();
  }

  /** A direct path rather than one over a relay; the older rather than the newer. */
  #bestLink(): PeerLink | undefined {
    const links = this.links;
    return links.find(({ path }) => !path.relayed) ?? links[0];
  }

  // --- the end

  /** Ends everything: links in good order, the rest with the reason. */
  async close(reason: ConnectError): Promise<void> {
    this.#remaking.stop();
    for (const opening of [...this.#openings]) opening.fail(reason);
    for (const negotiation of [...this.#negotiations.values()]) negotiation.abort(reason);
    await Promise.all(this.links.map(({ link }) => link.close()));
  }

  #leaveIfIdle(): void {
    const isIdle = this.#links.size + this.#negotiations.size + this.#openings.size === 0;
    if (isIdle && !this.#remaking.isUnderWay) this.#host.idle(this);
  }
}

function noLink({ deviceId }: PeerDevice): ConnectError {
  return new ConnectError("ERR_NO_PATH", `there is no link to ${deviceId}, and none was to be made`, {
    hint: "Leave out `noNewLink` to make one.",
  });
}

function toConnectError(error: unknown): ConnectError {
  if (error instanceof ConnectError) return error;
  return new ConnectError("ERR_PROTOCOL", error instanceof Error ? error.message : String(error), { cause: error });
}
