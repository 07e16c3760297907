// Source: DHTNet connection protocol, request and answer flow.

import type { Duplex } from "node:stream";
import type { Certificate, Identity } from "@hashmere/crypto";
import type { Logger, Scheduler } from "@hashmere/dht";
import { ConnectError } from "../errors/index.ts";
import type { IceSelection } from "../session/index.ts";
import type { Inbox, InboxKind, PeerRequest } from "../signalling/index.ts";
import type { OcspCheck } from "../trust/index.ts";
import type { PeerDevice } from "./admission.ts";
import { delay } from "./delay.ts";
import { deviceIdOf } from "./device-id.ts";
import { chainToEnclose } from "./enclosed-certificate.ts";
import type { Layers, PathFinder } from "./layers.ts";
import { type Stage, timedOut } from "./timed-out.ts";

/** Longest that an attempt takes, whoever waits for it. */
export const ATTEMPT_TIMEOUT_MS = 30_000;

/** An unanswered request is put again after this, then each time after twice as long; so is an answer without effect. */
const REPEAT_MS = 500;
const MAX_REPEAT_MS = 2500;
/**
 * How often an answer is put, at most: for as long as checks go on. Where packets get lost, several in a row may not arrive;
 * to whoever does not come, no more is owed.
 */
const MAX_ANSWERS = 5;
/** How long the other side may take to prove who it is. */
const TLS_TIMEOUT_MS = 10_000;

/** Where an attempt is. */
export type NegotiationStatus = "connecting" | "ice" | "tls";

const STAGES: Readonly<Record<NegotiationStatus, Stage>> = { connecting: "answer", ice: "path", tls: "tls" };

/** What an attempt needs. */
export interface NegotiationContext {
  readonly identity: Identity;
  readonly layers: Layers;
  readonly inbox: Inbox;
  readonly ocsp: OcspCheck;
  readonly scheduler: Scheduler;
  readonly log: Logger;
}

/** A path with an encrypted stream on it. */
export interface SecuredPath {
  readonly selection: IceSelection;
  readonly stream: Duplex;
  readonly peer: Certificate;
}

/** One attempt to reach a device, from candidates to an encrypted stream. */
export abstract class Negotiation {
  /** Chosen by the caller; both sides call the connection by it. */
  readonly id: bigint;
  readonly device: PeerDevice;
  readonly createdAt: number;
  protected readonly context: NegotiationContext;
  protected readonly session: PathFinder;
  readonly #onStatus: () => void;
  readonly #ending = new AbortController();
  readonly #over = new AbortController();
  #status: NegotiationStatus = "connecting";

  constructor(
    id: bigint,
    device: PeerDevice,
    role: "controlling" | "controlled",
    context: NegotiationContext,
    onStatus: () => void,
    session?: PathFinder,
  ) {
    this.id = id;
    this.device = device;
    this.context = context;
    this.createdAt = context.scheduler.wallClock();
    this.session = session ?? context.layers.openSession({ role, signal: this.signal });
    this.signal.addEventListener("abort", () => this.session.close(), { once: true });
    this.#onStatus = onStatus;
  }

  /** This side asked for the connection. */
  abstract readonly isCaller: boolean;

  get status(): NegotiationStatus {
    return this.#status;
  }

  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** Aborted when it has come to an end, good or bad. */
  protected get over(): AbortSignal {
    return this.#over.signal;
  }

  /** Rejects with ConnectError. */
  async run(): Promise<SecuredPath> {
    const { scheduler } = this.context;
    const limit = scheduler.at(scheduler.now() + ATTEMPT_TIMEOUT_MS, () => this.abort(this.#timedOut()));
    const status = this.context.ocsp.check(this.device.certificate, this.signal);
    status.catch(() => {}); // it may be known before anybody asks
    try {
      const selection = await this.findPath();
      this.enter("tls");
      await this.#unlessRevoked(status, selection);
      this.say("a path is chosen");
      const secured = await this.#secure(selection);
      this.say("it is encrypted");
      return { selection, ...secured };
    } catch (error) {
      this.abort(error);
      this.session.close();
      throw this.signal.reason;
    } finally {
      limit.cancel();
      this.#over.abort();
    }
  }

  abort(reason: unknown): void {
    this.#ending.abort(reason);
  }

  /** A step, for who wants to know what takes its time. */
  protected say(step: string): void {
    const { log } = this.context;
    if (log.isEnabled("debug")) log.log("debug", `connection ${this.id}: ${step}`);
  }

  protected abstract findPath(): Promise<IceSelection>;

  protected enter(status: NegotiationStatus): void {
    this.#status = status;
    this.#onStatus();
  }

  /** What the responder says was asked while a path was looked for; a bad word ends it before the peer has proven anything. */
  async #unlessRevoked(status: Promise<void>, { stream }: IceSelection): Promise<void> {
    try {
      await status;
    } catch (error) {
      stream.destroy();
      throw error;
    }
  }

  /** Whoever controls the checks is the client of TLS. */
  async #secure({ role, stream }: IceSelection): Promise<Omit<SecuredPath, "selection">> {
    const { layers, identity } = this.context;
    return layers.secure(stream, {
      role: role === "controlling" ? "client" : "server",
      identity,
      verify: (leaf) => this.#verify(leaf),
      signal: this.signal,
      timeoutMs: TLS_TIMEOUT_MS,
    });
  }

  #timedOut(): ConnectError {
    return timedOut(STAGES[this.#status], `${this.device.deviceId}`, ATTEMPT_TIMEOUT_MS);
  }

  #verify(leaf: Certificate): void {
    if (leaf.publicKey.equals(this.device.certificate.publicKey)) return;
    throw new ConnectError(
      "ERR_BAD_CERTIFICATE",
      `the peer holds the key of ${deviceIdOf(leaf.publicKey)}, not that of ${this.device.deviceId}`,
    );
  }
}

/** We ask a device for a connection. */
export class OutgoingNegotiation extends Negotiation {
  readonly isCaller = true;
  readonly #inbox: InboxKind;
  readonly #connectionType: string;
  readonly #ready: Promise<void>;
  readonly #answer = Promise.withResolvers<PeerRequest>();

  /**
   * @param options.ready when the device may be asked: it can look up who we are
   * @param options.session one that gathers already
   */
  constructor(
    id: bigint,
    device: PeerDevice,
    context: NegotiationContext,
    options: {
      readonly inbox: InboxKind;
      readonly connectionType: string;
      readonly ready: Promise<void>;
      readonly session: PathFinder | undefined;
      onStatus(): void;
    },
  ) {
    super(id, device, "controlled", context, options.onStatus, options.session);
    this.#inbox = options.inbox;
    this.#connectionType = options.connectionType;
    this.#ready = options.ready;
    this.signal.addEventListener("abort", () => this.#answer.reject(this.signal.reason), { once: true });
    this.#answer.promise.catch(() => {}); // it may come to an end before anybody waits for an answer
  }

  /** The first answer counts; later ones may add addresses. */
  answer(answer: PeerRequest): void {
    if (this.status === "connecting") this.#answer.resolve(answer);
    else this.session.hear(answer.iceMessage);
  }

  protected override async findPath(): Promise<IceSelection> {
    this.context.inbox.prepare(this.device.certificate.publicKey, { inbox: this.#inbox, signal: this.signal });
    const [iceMessage] = await Promise.all([this.session.gather(), this.#ready]);
    this.signal.throwIfAborted();
    this.say("our addresses are known");
    const answered = new AbortController();
    const asking = this.#ask(iceMessage, AbortSignal.any([this.signal, answered.signal]));
    const answer = await Promise.race([this.#answer.promise, asking]);
    answered.abort();
    this.say("the answer has come");
    if (answer.isRefusal) throw refused(this.device);
    this.enter("ice");
    return this.session.connect(answer.iceMessage);
  }

  /** Puts the request, again and again and ever more rarely, until somebody answers or nobody wants to know any more. */
  async #ask(iceMessage: string, signal: AbortSignal): Promise<never> {
    const { inbox, scheduler, identity } = this.context;
    const request = {
      id: this.id,
      iceMessage,
      isAnswer: false,
      connectionType: this.#connectionType,
      isRefusal: false,
      chain: chainToEnclose(identity.certificate),
    };
    for (let count = 1; ; count++) {
      // Where packets get lost, it may take seconds until nodes have confirmed that they hold it.
      inbox.send(this.device.certificate.publicKey, request, { inbox: this.#inbox, signal }).then(
        ({ acknowledged }) => this.say(`${acknowledged} nodes have the request`),
        (error) => signal.aborted || this.abort(error),
      );
      await delay(scheduler, repeatMs(count), signal);
    }
  }
}

/** A device asks us for a connection. */
export class IncomingNegotiation extends Negotiation {
  readonly isCaller = false;
  readonly #request: PeerRequest;

  /** @param session one that gathers already */
  constructor(
    request: PeerRequest,
    device: PeerDevice,
    context: NegotiationContext,
    onStatus: () => void,
    session?: PathFinder,
  ) {
    super(request.id, device, "controlling", context, onStatus, session);
    this.#request = request;
  }

  protected override async findPath(): Promise<IceSelection> {
    this.say("a request has come");
    const { iceMessage: theirs, chain, from, inbox } = this.#request;
    this.context.inbox.prepare(from, { inbox, signal: this.signal });
    // Others take but one answer, so that has to have it all.
    const ours = await (chain === undefined ? this.session.gather() : this.session.gatherFor(theirs));
    this.signal.throwIfAborted();
    this.say("our addresses are known");
    this.enter("ice");
    // The checks begin while the answer travels; that nobody took it shows in the checks.
    this.#answer(ours).catch(() => {});
    return this.session.connect(theirs);
  }

  /** Answers, and after a while again, with what has been found out meanwhile, unless it has come to an end. */
  async #answer(iceMessage: string): Promise<void> {
    const { inbox, scheduler } = this.context;
    const { from, id, inbox: kind } = this.#request;
    let answer = { id, iceMessage, isAnswer: true, connectionType: "", isRefusal: false };
    for (let count = 1; count <= MAX_ANSWERS; count++) {
      // Where packets get lost, it may take seconds until nodes have confirmed that they hold it.
      const sending = inbox.send(from, answer, { inbox: kind, signal: this.signal });
      sending.then(({ acknowledged }) => this.say(`${acknowledged} nodes have the answer`)).catch(() => {});
      await delay(scheduler, repeatMs(count), this.over);
      answer = { ...answer, iceMessage: await this.session.gather() };
    }
  }
}

function repeatMs(count: number): number {
  return Math.min(REPEAT_MS * 2 ** (count - 1), MAX_REPEAT_MS);
}

function refused({ deviceId }: PeerDevice): ConnectError {
  return new ConnectError("ERR_REFUSED", `${deviceId} does not accept connections from this device`, {
    hint: "Its owner must allow the id of this device, or that of its account.",
  });
}
