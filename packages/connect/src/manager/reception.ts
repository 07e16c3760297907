import type { PkId } from "@hashmere/dht";
import { Inbox, type PeerRequest } from "../signalling/index.ts";
import type { AllowDecision } from "./admission.ts";
import { deviceIdOf } from "./device-id.ts";
import { Doorkeeper } from "./doorkeeper.ts";
import type { Environment } from "./environment.ts";
import { GatheringAhead } from "./gathering-ahead.ts";
import type { PeerRegistry } from "./peer-registry.ts";

/** Attempts of others that are under way at a time; further requests are passed over. */
export const MAX_INCOMING_NEGOTIATIONS = 128;

export interface ReceptionOptions {
  readonly environment: Environment;
  readonly peers: PeerRegistry;
  readonly allow: AllowDecision;
  readonly answerRefusals: boolean;
  /** Its abort ends all decisions. */
  readonly signal: AbortSignal;
  /** Somebody was not let in. */
  refused(deviceId: PkId, reason: string): void;
}

/** Where requests and answers of others come in: those who may connect are led to their peer, the others refused. */
export class Reception {
  readonly inbox: Inbox;
  readonly #options: ReceptionOptions;

  constructor(options: ReceptionOptions) {
    this.#options = options;
    const { environment, peers } = options;
    const { dht, identity, treated, log, legacyMode, certificates } = environment;
    const doorkeeper = this.#doorkeeper();
    this.inbox = new Inbox({
      dht,
      identity,
      treated,
      log,
      legacyMode,
      isKnown: (deviceId) => certificates.known(deviceId) !== undefined,
      onRequest: (request) => doorkeeper.decide(request),
      onAnswer: (answer) => peers.withId(answer.deviceId)?.answered(answer) === true,
    });
  }

  open(): void {
    const { environment, signal } = this.#options;
    this.inbox.open().catch((error: unknown) => {
      if (!signal.aborted) environment.log.log("error", `nobody can reach us: ${error}`);
    });
  }

  close(): void {
    this.inbox.close();
  }

  #doorkeeper(): Doorkeeper {
    const { environment, peers, allow, answerRefusals, signal, refused } = this.#options;
    const { identity, certificates, log, scheduler, layers } = environment;
    const gatheringForCallers = new GatheringAhead("controlling", layers, scheduler);
    return new Doorkeeper({
      ownId: deviceIdOf(identity.key.publicKey),
      certificates,
      allow,
      answerRefusals,
      log,
      signal,
      scheduler,
      refuse: (request) => this.#refuse(request),
      refused,
      gatherAhead: (deviceId) => gatheringForCallers.begin(`${deviceId}`),
      admit: (device, request, session) =>
        peers.negotiationCount < MAX_INCOMING_NEGOTIATIONS && peers.obtain(device).answer(request, session),
    });
  }

  /** An answer that leads nowhere: ours know it for a refusal, and the attempt of others ends with it, too. */
  #refuse({ from, id, inbox }: PeerRequest): void {
    const refusal = { id, iceMessage: "", isAnswer: true, connectionType: "", isRefusal: true };
    void this.inbox.send(from, refusal, { inbox }).catch(() => {}); // who isn't reached is no better off
  }
}
