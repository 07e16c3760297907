import type { ConnectError } from "../errors/index.ts";
import { Link, type LinkLimits } from "../mux/index.ts";
import { type Inbox, inboxCalled } from "../signalling/index.ts";
import { linkInfo, negotiationInfo } from "./connection-info.ts";
import type { Environment } from "./environment.ts";
import { ChannelReadyEvent, ConnectionEvent, NewDeviceEvent } from "./events.ts";
import type { IncomingChannels } from "./incoming-channels.ts";
import { IncomingNegotiation, type NegotiationContext, OutgoingNegotiation } from "./negotiation.ts";
import type { NetworkCheck } from "./network-check.ts";
import type { Peer, PeerHost } from "./peer.ts";
import { randomConnectionId } from "./random-connection-id.ts";

export interface PeerHostParts {
  readonly environment: Environment;
  readonly inbox: Inbox;
  /** Who decides about channels that others ask for. */
  readonly incoming: IncomingChannels;
  readonly relink: boolean;
  readonly linkLimits: Partial<LinkLimits> | undefined;
  readonly networkCheck: NetworkCheck;
  dispatch(event: ConnectionEvent | ChannelReadyEvent | NewDeviceEvent): void;
  idle(peer: Peer): void;
}

/** What peers need of the manager: attempts and links made in its environment, and events that tell of them. */
export function createPeerHost(parts: PeerHostParts): PeerHost {
  const { environment, inbox, incoming, relink, linkLimits, networkCheck, dispatch, idle } = parts;
  const { scheduler, random, identity, layers, legacyMode, published, log, ocsp } = environment;
  const context: NegotiationContext = { identity, layers, scheduler, log, ocsp, inbox };
  return {
    scheduler,
    relink,
    checkNetwork: () => networkCheck.begin(),
    checkNetworkAgain: () => networkCheck.again(),
    idle,
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
    createLink: (device, { stream, selection }) =>
      new Link(stream, {
        isInitiator: selection.role === "controlling",
        scheduler,
        limits: linkLimits,
        log,
        accept: (request) => incoming.decide(device, request),
      }),
    negotiationChanged: (negotiation, error?: ConnectError) => {
      const info = negotiationInfo(negotiation, error === undefined ? negotiation.status : "closed");
      dispatch(new ConnectionEvent(info, error));
    },
    linkChanged: (peerLink, status, error) => dispatch(new ConnectionEvent(linkInfo(peerLink, status), error)),
    newDevice: ({ deviceId, certificate }) => dispatch(new NewDeviceEvent(deviceId, certificate)),
    channelReady: ({ device }, channel) => dispatch(new ChannelReadyEvent(device.deviceId, channel)),
  };
}
