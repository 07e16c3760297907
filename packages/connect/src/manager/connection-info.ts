import type { PkId } from "@hashmere/dht";
import type { Channel } from "../mux/index.ts";
import type { Path } from "../session/index.ts";
import type { PeerDevice } from "./admission.ts";
import type { ChannelOpening } from "./channel-opening.ts";
import type { Negotiation, NegotiationStatus } from "./negotiation.ts";
import type { PeerLink } from "./peer-link.ts";

/** `waiting`: a channel was asked for, and its link is being made. `closed`: over, whether it ever was up or not. */
export type ConnectionStatus = "connected" | NegotiationStatus | "waiting" | "closed";

/** What is known of a connection to a device. */
export interface ConnectionInfo {
  /** Device id and number of the connection, which both sides know it by; of a channel that waits, its name. */
  readonly id: string;
  readonly deviceId: PkId;
  /** Short id of who issued the certificate of the device. */
  readonly accountId: string;
  readonly status: ConnectionStatus;
  readonly isCaller: boolean;
  /** Unix time in ms. */
  readonly createdAt: number;
  /** How the two sides meet; once connected. */
  readonly path?: Path;
  /** Bytes of the link, framing included; once connected. */
  readonly bytesRead?: number;
  readonly bytesWritten?: number;
}

/** What is known of a channel. */
export interface ChannelInfo {
  /** Its number in the link, hexadecimal. */
  readonly id: string;
  readonly name: string;
  /** Bytes of data. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Unix time in ms. */
  readonly createdAt: number;
}

export function connectionId({ deviceId }: PeerDevice, id: bigint): string {
  return `${deviceId} ${id}`;
}

export function linkInfo(peerLink: PeerLink, status: "connected" | "closed" = "connected"): ConnectionInfo {
  const { id, device, link, path, isCaller, createdAt } = peerLink;
  const { bytesRead, bytesWritten } = link.stats();
  return { ...deviceInfo(device, id), status, isCaller, createdAt, path, bytesRead, bytesWritten };
}

export function negotiationInfo(
  negotiation: Negotiation,
  status: ConnectionStatus = negotiation.status,
): ConnectionInfo {
  const { id, device, isCaller, createdAt } = negotiation;
  return { ...deviceInfo(device, id), status, isCaller, createdAt };
}

export function openingInfo(device: PeerDevice, { name, createdAt }: ChannelOpening): ConnectionInfo {
  const { deviceId, accountId } = device;
  return { id: `${deviceId} ${name}`, deviceId, accountId, status: "waiting", isCaller: true, createdAt };
}

export function channelInfo({ number, name, bytesRead, bytesWritten, createdAt }: Channel): ChannelInfo {
  return { id: number.toString(16), name, bytesRead, bytesWritten, createdAt };
}

function deviceInfo(device: PeerDevice, id: bigint): Pick<ConnectionInfo, "id" | "deviceId" | "accountId"> {
  const { deviceId, accountId } = device;
  return { id: connectionId(device, id), deviceId, accountId };
}
