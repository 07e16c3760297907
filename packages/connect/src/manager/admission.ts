// Source: DHTNet connection protocol, checks applied to a peer.
import { Certificate } from "@hashmere/crypto";
import type { PkId } from "@hashmere/dht";
import { accountIdOf, type CertificateStore, certificateIds, verifyUpToOwnRoot } from "../trust/index.ts";
import { type DeviceName, keyIdOf } from "./device-id.ts";

/** How long the application may think about a caller: no caller waits longer for an answer. */
export const ADMISSION_TIMEOUT_MS = 30_000; // DHTNet connection protocol, request and answer flow

/** A device whose certificate holds, and who belongs to whom. */
export interface PeerDevice {
  readonly deviceId: PkId;
  readonly certificate: Certificate;
  /** Short id of who issued the certificate: the account that the device belongs to. */
  readonly accountId: string;
}

/** A device that wants a connection. */
export interface ConnectionRequest extends PeerDevice {
  /** What the connection is for, in the caller's words; mostly empty. */
  readonly connectionType: string;
}

/**
 * Says whether a device may connect. After 30 s without a decision it may not; `signal` tells that nobody waits for one any
 * more.
 */
export type AllowDecision = (request: ConnectionRequest, signal: AbortSignal) => boolean | Promise<boolean>;

/** Who may open a connection to us: ids of devices or accounts, certificates, or a decision. */
export type Allow = Iterable<DeviceName> | AllowDecision;

/** @throws ConnectError `ERR_INVALID_ID` for what is no id: who means to allow somebody should not shut him out */
export function decisionOf(allow: Allow = []): AllowDecision {
  if (typeof allow === "function") return allow;
  const ids = new Set<string>();
  for (const entry of typeof allow === "string" ? [allow] : allow) {
    for (const id of entry instanceof Certificate ? certificateIds(entry) : [`${keyIdOf(entry)}`]) ids.add(id);
  }
  return ({ certificate, accountId }) => ids.has(accountId) || certificateIds(certificate).some((id) => ids.has(id));
}

/** Why a certificate is no device's; undefined when it is one. */
export async function faultOf(certificate: Certificate, store: CertificateStore): Promise<string | undefined> {
  if (certificate.issuer === undefined) return "the device vouches for itself";
  const verdict = verifyUpToOwnRoot(certificate);
  if (!verdict.isValid) return `${verdict}`;
  const status = (await store.ocspStatus(certificate)) ?? "good";
  return status === "good" ? undefined : `its responder says "${status}"`;
}

export function peerDevice(deviceId: PkId, certificate: Certificate): PeerDevice {
  return { deviceId, certificate, accountId: accountIdOf(certificate) };
}
