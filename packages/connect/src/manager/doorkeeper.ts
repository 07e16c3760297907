// Source: DHTNet connection protocol, checks applied to a peer.
import type { Certificate } from "@hashmere/crypto";
import { type Logger, type PkId, raceAbort, type Scheduler } from "@hashmere/dht";
import type { PeerRequest } from "../signalling/index.ts";
import { ADMISSION_TIMEOUT_MS, type AllowDecision, faultOf, type PeerDevice, peerDevice } from "./admission.ts";
import { enclosedCertificate } from "./enclosed-certificate.ts";
import type { SessionAhead } from "./gathering-ahead.ts";
import type { PeerCertificates } from "./peer-certificates.ts";

/** Refusals that are answered within a second; further ones are silent, so that nobody makes us speak without end. */
export const MAX_REFUSALS_PER_SECOND = 10;

/** DHTNet asks while it is still publishing its certificate, and asks once. */
const CERTIFICATE_PATIENCE_MS = 5000;

export interface DoorkeeperOptions {
  readonly ownId: PkId;
  readonly certificates: PeerCertificates;
  readonly allow: AllowDecision;
  readonly answerRefusals: boolean;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly scheduler: Scheduler;
  /** Tells the device that it isn't allowed. */
  refuse(request: PeerRequest): void;
  /** Somebody was not let in. */
  refused(deviceId: PkId, reason: string): void;
  /** Begins to gather for a device whose certificate is still looked for; undefined when that is done for enough others. */
  gatherAhead(deviceId: PkId): SessionAhead | undefined;
  /** False when there are too many already. */
  admit(device: PeerDevice, request: PeerRequest, session: SessionAhead | undefined): boolean;
}

/** Looks at whoever asks for a connection, and lets in who is allowed. */
export class Doorkeeper {
  readonly #options: DoorkeeperOptions;
  #refusals = 0;
  #refusalsSince = Number.NEGATIVE_INFINITY;

  constructor(options: DoorkeeperOptions) {
    this.#options = options;
  }

  /** Resolves to whether the request is settled: not when its sender's certificate wasn't found, or others came first. */
  async decide(request: PeerRequest): Promise<boolean> {
    const { ownId, certificates, signal, log } = this.#options;
    const { deviceId } = request;
    if (deviceId.equals(ownId)) return true;
    const known = certificates.known(deviceId) ?? enclosedCertificate(request);
    using session = known === undefined ? this.#options.gatherAhead(deviceId) : undefined;
    const certificate = known ?? (await this.#look(deviceId));
    if (certificate === undefined) {
      log.log("debug", `${deviceId} wants a connection, but its certificate is not found`);
      return false;
    }
    const device = peerDevice(deviceId, certificate);
    const objection = await this.#objectionTo(device, request);
    if (objection === undefined) {
      if (!signal.aborted && this.#options.admit(device, request, session)) return true;
      this.#options.refused(deviceId, "there are too many attempts");
      return false; // it may come again when there are less
    }
    this.#options.refused(deviceId, objection);
    return true;
  }

  async #look(deviceId: PkId): Promise<Certificate | undefined> {
    const { certificates, signal } = this.#options;
    try {
      return await certificates.findWithin(deviceId, CERTIFICATE_PATIENCE_MS, signal);
    } catch {
      return undefined; // the manager was closed
    }
  }

  async #objectionTo(device: PeerDevice, request: PeerRequest): Promise<string | undefined> {
    const { certificates } = this.#options;
    const fault = await faultOf(device.certificate, certificates.store);
    if (fault !== undefined) return fault;
    const refusal = await this.#refusalOf(device, request);
    if (refusal !== undefined) {
      this.#refuse(request);
      return refusal;
    }
    await certificates.keep(device.certificate);
    return undefined;
  }

  /** Why the application doesn't let the device in; undefined when it does. */
  async #refusalOf(device: PeerDevice, { connectionType }: PeerRequest): Promise<string | undefined> {
    const { allow, log, scheduler, signal } = this.#options;
    const timeout = new AbortController();
    const timer = scheduler.at(scheduler.now() + ADMISSION_TIMEOUT_MS, () => timeout.abort());
    const ending = AbortSignal.any([signal, timeout.signal]);
    try {
      const isAllowed = await raceAbort(Promise.resolve(allow({ ...device, connectionType }, ending)), ending);
      return isAllowed ? undefined : "it isn't allowed";
    } catch (error) {
      if (timeout.signal.aborted)
        return `whether it is allowed was not decided within ${ADMISSION_TIMEOUT_MS / 1000} s`;
      if (!signal.aborted) log.log("error", `whether ${device.deviceId} is allowed can't be said: ${error}`);
      return "it isn't allowed";
    } finally {
      timer.cancel();
    }
  }

  #refuse(request: PeerRequest): void {
    const { answerRefusals, refuse, scheduler, signal } = this.#options;
    if (!answerRefusals || signal.aborted) return;
    if (scheduler.now() - this.#refusalsSince >= 1000) {
      this.#refusalsSince = scheduler.now();
      this.#refusals = 0;
    }
    if (++this.#refusals <= MAX_REFUSALS_PER_SECOND) refuse(request);
  }
}
