import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { LOOPBACK_4 } from "../peers/interop-peer.ts";
import { unpack, type WireMap } from "./wire.ts";

const RECEIVE_BUFFER_BYTES = 4 << 20;

/** A datagram on its way. */
export interface Passing {
  readonly datagram: Uint8Array;
  readonly message: WireMap;
  /** Port of the node that gets it. */
  readonly to: number;
}

/** Stands between two nodes on loopback, each of which takes it for the other. */
export class Relay implements AsyncDisposable {
  /** All that has passed, in order of arrival. */
  readonly passed: Passing[] = [];
  /** What goes on instead of a datagram, and in which order: by default itself. */
  forward: (passing: Passing) => readonly Passing[] = (passing) => [passing];
  readonly #socket: Socket;
  readonly #ports: readonly [number, number];

  private constructor(socket: Socket, ports: readonly [number, number]) {
    this.#socket = socket;
    this.#ports = ports;
    socket.on("message", (datagram, { port }) => this.#pass(new Uint8Array(datagram), port));
  }

  static async between(first: number, second: number): Promise<Relay> {
    const socket = createSocket({ type: "udp4", recvBufferSize: RECEIVE_BUFFER_BYTES });
    socket.bind(0, LOOPBACK_4);
    await once(socket, "listening");
    return new Relay(socket, [first, second]);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#socket, "close");
    this.#socket.close();
    await closed;
  }

  #pass(datagram: Uint8Array, from: number): void {
    const [first, second] = this.#ports;
    const passing = { datagram, message: unpack(datagram), to: from === first ? second : first };
    this.passed.push(passing);
    for (const { datagram, to } of this.forward(passing)) this.#socket.send(datagram, to, LOOPBACK_4);
  }
}
