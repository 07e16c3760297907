import { createHash } from "node:crypto";
import { setMaxListeners } from "node:events";
import type { Duplex } from "node:stream";
import {
  type Logger,
  type RandomSource,
  RealScheduler,
  type Scheduler,
  SystemRandom,
  silentLogger,
} from "@hashmere/dht";
import type { TransportAddress } from "../address/index.ts";
import { ConnectError } from "../errors/index.ts";
import {
  type CandidatePair,
  type CandidateSource,
  type CandidateType,
  formatDescription,
  IceAgent,
  type IceDescription,
  type IceFlow,
  type IceRole,
  type LocalCandidate,
  type OfferedCandidate,
  offerCandidates,
  offeringBareStream,
  parseDescription,
  randomCredentials,
} from "../ice/index.ts";
import { RelayWindow } from "./relay-window.ts";
import { SessionSockets } from "./session-sockets.ts";

/** Sources that take longer are left behind: DHTNet waits as long for a port mapping. */
const DEFAULT_GATHER_TIMEOUT_MS = 4000;

export interface IceSessionOptions {
  /** The caller begins as controlled, the called side as controlling. */
  readonly role: IceRole;
  readonly sources: readonly CandidateSource[];
  /** Ends the session, with the stream that came of it. */
  readonly signal: AbortSignal;
  /** How long to wait for candidates. @default 4000 */
  readonly gatherTimeoutMs?: number | undefined;
  /** How long to try, up to a second more. @default 9000 */
  readonly timeoutMs?: number | undefined;
  readonly scheduler?: Scheduler | undefined;
  readonly random?: RandomSource | undefined;
  readonly log?: Logger | undefined;
}

/** The way that both sides have agreed on. */
export interface IceSelection {
  /** At the end; conflicts may have changed it. Controlling: TLS client, and channels are numbered from 1. */
  readonly role: IceRole;
  /** For TLS. Framing and keep-alives are inside; or a socket that has none, between two sides that agreed on that. */
  readonly stream: Duplex;
  readonly path: Path;
}

/** The two addresses between which a link runs, and what they are. */
export interface Path {
  readonly transport: "tcp" | "udp";
  readonly localType: CandidateType;
  readonly remoteType: CandidateType;
  /** That of our interface; of a relayed path, that of the relay. */
  readonly local: TransportAddress;
  readonly remote: TransportAddress;
  /** Through a TURN server. */
  readonly relayed: boolean;
  /** Through a port mapping of our router. */
  readonly mapped: boolean;
}

/** A source that has been asked. */
interface Asked {
  readonly isSlow: boolean;
  readonly answered: Promise<void>;
}

/** One attempt to find a path to a peer: gather, exchange descriptions, connect. */
export class IceSession {
  readonly #options: IceSessionOptions;
  readonly #scheduler: Scheduler;
  readonly #log: Logger;
  readonly #credentials: ReturnType<typeof randomCredentials>;
  readonly #agent: IceAgent;
  readonly #sockets: SessionSockets;
  readonly #abort = new AbortController();
  readonly #found: LocalCandidate[] = [];
  readonly #remote = Promise.withResolvers<IceDescription>();
  readonly #selection = Promise.withResolvers<IceSelection>();
  readonly #onAbort = (): void => this.close();
  /** Why sources had nothing to offer. */
  readonly #failures: string[] = [];
  #asked: readonly Asked[] | undefined;
  #gathering: Promise<string> | undefined;
  #offered: readonly OfferedCandidate[] | undefined;
  #remoteUfrag = "";

  constructor(options: IceSessionOptions) {
    const { role, timeoutMs, signal } = options;
    this.#scheduler = options.scheduler ?? new RealScheduler();
    const random = options.random ?? new SystemRandom();
    this.#options = options;
    this.#log = options.log ?? silentLogger;
    this.#credentials = randomCredentials(random);
    this.#sockets = new SessionSockets({
      message: (flow, bytes) => this.#agent.receive(flow, bytes),
      closed: (flow) => this.#agent.flowClosed(flow),
    });
    this.#agent = new IceAgent({
      role,
      credentials: this.#credentials,
      sockets: this.#sockets,
      scheduler: this.#scheduler,
      random,
      log: this.#log,
      timeoutMs,
      onSelected: (pair, flow) => this.#onSelected(pair, flow),
      onFailed: (error) => this.#end(this.#withFailures(error)),
    });
    // Every source listens, some of them several times.
    setMaxListeners(0, this.#abort.signal);
    // Whoever never asks for the outcome need not handle it.
    this.#selection.promise.catch(() => {});
    signal.addEventListener("abort", this.#onAbort, { once: true });
    if (signal.aborted) this.close();
  }

  /**
   * Asks all sources, once, and returns our description: the text for the other side.
   *
   * @throws ConnectError ERR_NO_NETWORK: no source has anything to offer
   */
  gather(): Promise<string> {
    this.#gathering ??= this.#gather(this.#ask());
    return this.#gathering;
  }

  /**
   * The same for a side whose description has come: without what the slow sources find if that side has a relay to which
   * we can open connections. They go on, and {@link gather} has it all.
   */
  async gatherFor(remote: string): Promise<string> {
    const quick = this.#ask().filter(({ isSlow }) => !isSlow);
    const text = await this.#gather(quick);
    return this.#canReachRelayOf(remote) ? text : this.gather();
  }

  /**
   * Looks for a path to the side that sent this description.
   *
   * @throws ConnectError ERR_NO_PATH: nothing works; ERR_PROTOCOL: the description can't be read; ERR_CLOSED
   */
  async connect(remote: string): Promise<IceSelection> {
    const description = parseDescription(remote);
    if (description === undefined) {
      const error = new ConnectError("ERR_PROTOCOL", "The other side's ICE description can't be read");
      this.#end(error);
      throw error;
    }
    this.#remoteUfrag = description.ufrag;
    this.#remote.resolve(description);
    this.#agent.start(offerCandidates(this.#found), description);
    return this.#selection.promise;
  }

  /** The other side has sent a further description: what is new in it is tried as well. */
  hear(remote: string): void {
    const description = parseDescription(remote);
    if (description?.ufrag === this.#remoteUfrag) this.#agent.addRemote(description.candidates);
  }

  /** Ends it, with all that it has opened; harmless when it has ended. */
  close(): void {
    this.#end(closedError());
  }

  /** Begins to ask, the first time. */
  #ask(): readonly Asked[] {
    this.#asked ??= this.#options.sources.map((source) => ({
      isSlow: source.isSlow === true,
      answered: this.#askOne(source),
    }));
    return this.#asked;
  }

  async #gather(asked: readonly Asked[]): Promise<string> {
    const { gatherTimeoutMs = DEFAULT_GATHER_TIMEOUT_MS } = this.#options;
    const timeout = Promise.withResolvers<void>();
    const timer = this.#scheduler.at(this.#scheduler.now() + gatherTimeoutMs, timeout.resolve);
    // The selection is only there to end the wait when the session ends.
    const gathered = Promise.all(asked.map(({ answered }) => answered));
    const hasAll = await Promise.race([gathered.then(() => true), timeout.promise, this.#selection.promise]).finally(
      () => timer.cancel(),
    );
    this.#offered = offerCandidates(this.#found);
    if (hasAll === true && asked === this.#asked && this.#offered.length === 0 && !this.#abort.signal.aborted) {
      const error = this.#withFailures(noNetworkError());
      this.#end(error);
      throw error;
    }
    return formatDescription({ ...this.#credentials, candidates: offeringBareStream(this.#offered) });
  }

  #canReachRelayOf(remote: string): boolean {
    const relays = parseDescription(remote)?.candidates.filter(
      ({ type, transport }) => type === "relay" && transport === "tcp",
    );
    const families = this.#found.filter(({ tcpType }) => tcpType === "active").map(({ address }) => address.family);
    return relays?.some(({ address }) => families.includes(address.family)) === true;
  }

  async #askOne(source: CandidateSource): Promise<void> {
    const failed = (reason: Error) => {
      this.#failures.push(`${source.name}: ${reason.message}`);
      this.#log.log("debug", `no candidates from ${source.name}: ${reason.message}`);
    };
    const { signal } = this.#abort;
    const add = (candidate: LocalCandidate) => this.#add(candidate);
    await source.gather({ signal, log: this.#log, remote: this.#remote.promise, add, failed }).catch(failed);
  }

  #add(candidate: LocalCandidate): void {
    if (this.#abort.signal.aborted) {
      candidate.base.close();
      return;
    }
    this.#sockets.add(candidate.base);
    this.#found.push(candidate);
    if (this.#offered === undefined) return;
    const late = offerCandidates(this.#found).find(({ base }) => base === candidate.base);
    if (late) this.#agent.addLocal({ ...late, index: this.#found.length - 1 });
  }

  #onSelected(pair: CandidatePair, flow: IceFlow): void {
    const { local, remote } = pair;
    const inner = this.#sockets.select(flow, pair, this.#streamIds());
    const ask = (answered: () => void) => this.#agent.ask(answered);
    const isLimited = pair.isRelayed && !pair.isBare;
    const stream = isLimited ? new RelayWindow(inner, { scheduler: this.#scheduler, ask }) : inner;
    // Until somebody else listens for errors, one must not end the program.
    stream.on("error", () => {});
    stream.once("close", () => this.#end(closedError()));
    this.#selection.resolve({
      role: this.#agent.role,
      stream,
      path: {
        transport: local.transport,
        localType: local.type,
        remoteType: remote.type,
        local: local.type === "relay" ? local.address : (this.#sockets.localAddressOf(flow) ?? local.address),
        remote: flow.remote,
        relayed: pair.isRelayed,
        mapped: local.isMapped === true,
      },
    });
  }

  /** Both sides compute the same two numbers for a stream of datagrams. */
  #streamIds(): { readonly local: number; readonly remote: number } {
    const [ours, theirs] = [this.#credentials.ufrag, this.#remoteUfrag];
    const id = (text: string) => createHash("sha256").update(text).digest().readUInt32BE();
    return { local: id(`${ours}:${theirs}`), remote: id(`${theirs}:${ours}`) };
  }

  #withFailures({ code, message, hint }: ConnectError): ConnectError {
    return new ConnectError(code, message, { hint: [hint, ...this.#failures].join(" ") });
  }

  #end(error: ConnectError): void {
    if (this.#abort.signal.aborted) return;
    this.#options.signal.removeEventListener("abort", this.#onAbort);
    this.#agent.close();
    this.#selection.reject(error);
    this.#abort.abort(error);
    this.#sockets.close();
  }
}

function noNetworkError(): ConnectError {
  return new ConnectError("ERR_NO_NETWORK", "This machine has no address at which others could reach it", {
    hint: "Is it connected to a network?",
  });
}

function closedError(): ConnectError {
  return new ConnectError("ERR_CLOSED", "The attempt to connect was ended here");
}
