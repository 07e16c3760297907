import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { EventLog } from "../peers/event-log.ts";
import type { Endpoint } from "../peers/interop-peer.ts";
import { mapIn, pack, query, randomId, unpack, type WireMap } from "./wire.ts";

const RECEIVE_BUFFER_BYTES = 4 << 20;

/** A bare UDP socket that speaks to one node: sends what it is told, keeps what comes back. */
export class Probe implements AsyncDisposable {
  readonly id = randomId();
  /** What the node asked us, in order. Nothing of it is answered unless `answer` is set. */
  readonly requests = new EventLog<WireMap>();
  /** Answers to requests of the node; undefined stays silent. */
  answer: ((request: WireMap) => WireMap | readonly WireMap[] | undefined) | undefined;
  readonly #answers = new EventLog<WireMap>();
  readonly #socket: Socket;
  readonly #target: Endpoint;
  readonly #network: number | undefined;

  private constructor(socket: Socket, target: Endpoint, network: number | undefined) {
    this.#socket = socket;
    this.#target = target;
    this.#network = network;
    socket.on("message", (datagram) => this.#receive(unpack(datagram)));
  }

  /** @param network Goes into every query made here, as the node's own. */
  static async open(target: Endpoint, network?: number): Promise<Probe> {
    const isIpv6 = target.host.includes(":");
    const socket = createSocket({ type: isIpv6 ? "udp6" : "udp4", recvBufferSize: RECEIVE_BUFFER_BYTES });
    socket.bind(0, isIpv6 ? "::1" : "127.0.0.1");
    await once(socket, "listening");
    return new Probe(socket, target, network);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** A well-formed query of ours on the node's network. */
  query(name: string, args: WireMap = {}, changes: WireMap = {}): WireMap {
    return query(name, { id: this.id, ...args }, { n: this.#network, ...changes });
  }

  send(datagram: Uint8Array): void {
    this.#socket.send(datagram, this.#target.port, this.#target.host);
  }

  sendMessage(message: WireMap): void {
    this.send(pack(message));
  }

  /**
   * Sends the datagrams and gives all answers to them. No guess about time: a good ping follows, and since a node takes its
   * datagrams in order, what has not come before the pong does not come. (What takes time, comes by `waitForAnswer`.)
   */
  async ask(...datagrams: readonly Uint8Array[]): Promise<readonly WireMap[]> {
    const from = this.#answers.entries.length;
    for (const datagram of datagrams) this.send(datagram);
    const ping = this.query("ping");
    this.send(pack(ping));
    const pong = await this.#answers.waitFor(
      ({ t }) => t === ping.t,
      "pong to the ping that ends a question",
      10_000,
      from,
    );
    return this.#answers.entries.slice(from, this.#answers.entries.indexOf(pong, from));
  }

  waitForAnswer(tid: unknown, limitMs?: number): Promise<WireMap> {
    return this.#answers.waitFor(({ t }) => t === tid, `answer to ${tid}`, limitMs);
  }

  /** The id of the node, and a token for writes from here. */
  async introduce(): Promise<{ readonly nodeId: Uint8Array; readonly token: Uint8Array }> {
    const [reply = {}] = await this.ask(pack(this.query("find", { target: this.id })));
    const { id, token } = mapIn(reply, "r");
    if (!(id instanceof Uint8Array && token instanceof Uint8Array)) throw new Error("the node gave no id and token");
    return { nodeId: id, token };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#answers.close("the probe is closed");
    this.requests.close("the probe is closed");
    const closed = once(this.#socket, "close");
    this.#socket.close();
    await closed;
  }

  #receive(message: WireMap): void {
    if (message.a === undefined) {
      this.#answers.push(message);
      return;
    }
    this.requests.push(message);
    const answers = this.answer?.(message);
    if (answers === undefined) return;
    for (const answer of Array.isArray(answers) ? answers : [answers]) this.sendMessage(answer);
  }
}
