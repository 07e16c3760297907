import { silentLogger } from "@hashmere/dht";
import { SeededRandom } from "../../../dht/src/random/index.ts";
import { VirtualScheduler } from "../../../dht/src/scheduler/index.ts";
import type { ConnectError } from "../../src/errors/index.ts";
import {
  type Candidate,
  type CandidatePair,
  IceAgent,
  type IceFlow,
  type IceRole,
  offerCandidates,
  parseDescription,
  type StreamBase,
} from "../../src/ice/index.ts";
import { StunAttributeType, StunBuilder, StunMessage, StunMethod, shortTermKey } from "../../src/stun/index.ts";
import { addressOf } from "./test-peer.ts";

export const OURS = { ufrag: "24e7949b", pwd: "1aae43ff2749db1e48ddc64f" };
export const THEIRS = { ufrag: "619f5504", pwd: "753fc773790a87cb1b87db26" };

export interface RequestOptions {
  readonly role?: IceRole;
  readonly tieBreaker?: bigint;
  readonly isNominating?: boolean;
  readonly hasPriority?: boolean;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly hasFingerprint?: boolean;
  readonly id?: number;
  readonly software?: string;
  readonly extra?: number;
}

/** One agent, and a peer whose every message the test makes by hand. */
export class ScriptedPeer {
  readonly scheduler = new VirtualScheduler();
  readonly agent: IceAgent;
  readonly listener: StreamBase = { kind: "stream", local: addressOf("192.0.2.1", 5000), close: () => {} };
  readonly #dialler: StreamBase = { kind: "stream", local: addressOf("192.0.2.1", 9), close: () => {} };
  readonly dialled: { readonly remote: Candidate; readonly done: (flow: IceFlow | undefined) => void }[] = [];
  selected: CandidatePair | undefined;
  failure: ConnectError | undefined;
  #nextPort = 40_000;

  readonly #canBeBare: boolean;

  constructor(role: IceRole, { canBeBare = false } = {}) {
    this.#canBeBare = canBeBare;
    this.agent = new IceAgent({
      role,
      credentials: OURS,
      sockets: {
        dial: (_, remote, done) => this.dialled.push({ remote, done }),
        datagramFlow: () => {
          throw new Error("no UDP here");
        },
      },
      scheduler: this.scheduler,
      random: new SeededRandom(7),
      log: silentLogger,
      onSelected: (pair) => {
        this.selected = pair;
      },
      onFailed: (error) => {
        this.failure = error;
      },
    });
  }

  /** @param theirs the lines of the peer's candidates @param local our address @param tcpType of the one that dials */
  start(
    theirs: readonly string[] = ["H1 1 TCP 2130706431 192.0.2.2 6000 typ host tcptype passive"],
    local = "192.0.2.1",
    tcpType: "active" | "so" = "active",
  ): void {
    const port = 5000;
    const common = { transport: "tcp", type: "host" } as const;
    const locals = offerCandidates([
      { ...common, tcpType: "passive", address: addressOf(local, port), base: this.listener },
      { ...common, tcpType, address: addressOf(local, 9), base: this.#dialler },
    ]);
    const remote = parseDescription([THEIRS.ufrag, THEIRS.pwd, ...theirs, ""].join("\n"));
    if (remote) this.agent.start(locals, remote);
  }

  /** A connection that the peer has opened to us. */
  connect(): ScriptedFlow {
    return new ScriptedFlow(this, this.listener, this.#nextPort++, this.#canBeBare);
  }

  /** Lets the oldest connection that the agent opens succeed. */
  accept(): ScriptedFlow {
    const flow = new ScriptedFlow(this, this.#dialler, 6000, this.#canBeBare);
    this.dialled.shift()?.done(flow);
    return flow;
  }
}

export class ScriptedFlow implements IceFlow {
  readonly base: StreamBase;
  readonly remote;
  readonly canBeBare: boolean;
  /** What the agent has sent and nobody has taken. */
  readonly sent: StunMessage[] = [];
  readonly #peer: ScriptedPeer;

  constructor(peer: ScriptedPeer, base: StreamBase, port: number, canBeBare: boolean) {
    this.canBeBare = canBeBare;
    this.#peer = peer;
    this.base = base;
    this.remote = addressOf("192.0.2.2", port);
  }

  send(bytes: Uint8Array): void {
    const message = StunMessage.parse(bytes);
    if (message) this.sent.push(message);
  }

  /** The oldest message of the agent. */
  take(): StunMessage {
    const message = this.sent.shift();
    if (message === undefined) throw new Error("nothing was sent");
    return message;
  }

  receive(bytes: Uint8Array): void {
    this.#peer.agent.receive(this, bytes);
  }

  request(options: RequestOptions = {}): void {
    this.receive(makeRequest(options));
  }

  /** Answers the oldest request of the agent, and returns it. */
  answer(): StunMessage {
    const request = this.take();
    if (request.class !== "request") throw new Error(`a ${request.class} is no request`);
    const builder = new StunBuilder("success", StunMethod.BINDING, request.transactionId);
    builder.xorAddress(StunAttributeType.XOR_MAPPED_ADDRESS, addressOf("192.0.2.1", 5000));
    this.receive(builder.integrity(shortTermKey(THEIRS.pwd)).fingerprint().build());
    return request;
  }

  /** Refuses the oldest request of the agent. */
  refuse(code: number, reason: string): StunMessage {
    const request = this.take();
    const builder = new StunBuilder("error", StunMethod.BINDING, request.transactionId).error(code, reason);
    this.receive(builder.integrity(shortTermKey(THEIRS.pwd)).fingerprint().build());
    return request;
  }
}

export function makeRequest(options: RequestOptions = {}): Uint8Array {
  const { role = "controlling", tieBreaker = 5n, isNominating = false, hasPriority = true, id = 1 } = options;
  const builder = new StunBuilder("request", StunMethod.BINDING, new Uint8Array(12).fill(id));
  if (hasPriority) builder.uint32(StunAttributeType.PRIORITY, 0x6effffff);
  if (isNominating) builder.flag(StunAttributeType.USE_CANDIDATE);
  const attribute = role === "controlling" ? StunAttributeType.ICE_CONTROLLING : StunAttributeType.ICE_CONTROLLED;
  builder.uint64(attribute, tieBreaker);
  if (options.software !== undefined) builder.text(StunAttributeType.SOFTWARE, options.software);
  if (options.extra !== undefined) builder.flag(options.extra);
  const username = "username" in options ? options.username : `${OURS.ufrag}:${THEIRS.ufrag}`;
  if (username !== undefined) builder.text(StunAttributeType.USERNAME, username);
  const password = "password" in options ? options.password : OURS.pwd;
  if (password !== undefined) builder.integrity(shortTermKey(password));
  if (options.hasFingerprint !== false) builder.fingerprint();
  return builder.build();
}
