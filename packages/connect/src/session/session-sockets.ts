import { setMaxListeners } from "node:events";
import type { Duplex } from "node:stream";
import type { TransportAddress } from "../address/index.ts";
import type {
  Candidate,
  CandidatePair,
  DatagramBase,
  IceConnection,
  IceFlow,
  IceSockets,
  OfferedCandidate,
  StreamBase,
} from "../ice/index.ts";
import { isStunMessage } from "../stun/index.ts";
import { FramedConnection } from "./framed-connection.ts";

/** Connections that others open and that are open at the same time: a peer has at most 31 candidates, most dial once. */
export const MAX_ACCEPTED_CONNECTIONS = 64;

/** By which both sides of a stream of datagrams know it. */
interface StreamIds {
  readonly local: number;
  readonly remote: number;
}

interface Opened {
  readonly framed: FramedConnection;
  readonly local: TransportAddress;
}

/** The sockets of one session: hands STUN messages to the agent, data to who uses the chosen way. */
export class SessionSockets implements IceSockets {
  readonly #on: { message(flow: IceFlow, bytes: Uint8Array): void; closed(flow: IceFlow): void };
  readonly #bases = new Set<StreamBase | DatagramBase>();
  readonly #opened = new Map<IceFlow, Opened>();
  readonly #abort = new AbortController();
  #accepted = 0;
  #isChoosing = true;

  constructor(on: { message(flow: IceFlow, bytes: Uint8Array): void; closed(flow: IceFlow): void }) {
    this.#on = on;
    // Every connection that is being opened listens, and they are bounded elsewhere.
    setMaxListeners(0, this.#abort.signal);
  }

  /** Listens to what comes at this socket; it may be behind several candidates. */
  add(base: StreamBase | DatagramBase): void {
    if (this.#bases.has(base)) return;
    this.#bases.add(base);
    if (base.kind === "stream") base.onConnection?.((connection) => this.#accept(base, connection));
    else {
      base.onDatagram((bytes, remote) => {
        if (isStunMessage(bytes)) this.#on.message(datagramFlow(base, remote), bytes);
      });
    }
  }

  dial({ base }: OfferedCandidate, remote: Candidate, done: (flow: IceFlow | undefined) => void): void {
    if (base.kind !== "stream" || base.open === undefined) {
      queueMicrotask(() => done(undefined));
      return;
    }
    base.open(remote.address, this.#abort.signal).then(
      (connection) => {
        if (this.#isChoosing) done(this.#open(base, connection));
        else connection.stream.destroy();
      },
      () => done(undefined),
    );
  }

  datagramFlow({ base }: OfferedCandidate, remote: TransportAddress): IceFlow {
    if (base.kind !== "datagram") throw new TypeError("a UDP candidate without a UDP socket");
    return datagramFlow(base, remote);
  }

  /** Of a TCP connection. */
  localAddressOf(flow: IceFlow): TransportAddress | undefined {
    return this.#opened.get(flow)?.local;
  }

  /** The stream of the chosen flow. Everything else is closed, but not what the way leads through. */
  select(flow: IceFlow, { local: { type }, isBare }: CandidatePair, ids: StreamIds): Duplex {
    this.#isChoosing = false;
    const { base } = flow;
    const stream = base.kind === "datagram" ? base.connect(flow.remote, ids) : this.#streamOf(flow, isBare);
    for (const [other, { framed }] of this.#opened) if (other !== flow) framed.close();
    const isNeeded = base.kind === "datagram" || type !== "host";
    for (const other of this.#bases) if (other !== base || !isNeeded) other.close();
    this.#abort.abort();
    return stream;
  }

  #streamOf(flow: IceFlow, isBare: boolean): Duplex {
    const framed = this.#opened.get(flow)?.framed;
    if (framed === undefined) throw new TypeError("the chosen flow is none of this session's");
    return isBare ? framed.takeSocket() : framed.takeStream();
  }

  close(): void {
    this.#isChoosing = false;
    this.#abort.abort();
    for (const { framed } of this.#opened.values()) framed.close();
    for (const base of this.#bases) base.close();
    this.#bases.clear();
  }

  #accept(base: StreamBase, connection: IceConnection): void {
    if (!this.#isChoosing || this.#accepted >= MAX_ACCEPTED_CONNECTIONS) {
      connection.stream.destroy();
      return;
    }
    this.#accepted++;
    connection.stream.once("close", () => this.#accepted--);
    this.#open(base, connection);
  }

  #open(base: StreamBase, connection: IceConnection): IceFlow {
    const framed = new FramedConnection(connection, {
      message: (bytes) => this.#on.message(flow, bytes),
      closed: () => {
        this.#opened.delete(flow);
        this.#on.closed(flow);
      },
    });
    const { remote } = connection;
    const flow: IceFlow = { base, remote, canBeBare: framed.isSocket, send: (message) => framed.send(message) };
    this.#opened.set(flow, { framed, local: connection.local });
    return flow;
  }
}

function datagramFlow(base: DatagramBase, remote: TransportAddress): IceFlow {
  return { base, remote, send: (message) => base.send(message, remote) };
}
