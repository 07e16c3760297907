import type { Duplex } from "node:stream";
import { formatTransportAddress, type TransportAddress, transportAddress } from "../address/index.ts";
import type { DatagramBase } from "../ice/index.ts";
import type { Udx, UdxSocket } from "./udx.ts";
import { UdxDuplex } from "./udx-duplex.ts";

/** Peers' addresses for which it is remembered at which of the sockets they were heard. */
const MAX_ROUTES = 64;

type Listener = (bytes: Uint8Array, remote: TransportAddress) => void;

/**
 * A UDP socket behind candidates, and where holes are hard to punch a crowd of further ones that act as if they were it:
 * what it sends, they may send too, and at which of them a peer was heard, from there that peer is answered.
 */
export class PunchingSocket implements DatagramBase {
  readonly kind = "datagram";
  readonly local: TransportAddress;
  readonly #udx: Udx;
  readonly #main: UdxSocket;
  readonly #crowd: UdxSocket[] = [];
  readonly #routes = new Map<string, UdxSocket>();
  readonly #listeners: Listener[] = [];
  #isClosed = false;

  /** Hears of each datagram that is sent through the main socket. */
  onSend: (bytes: Uint8Array, remote: TransportAddress) => void = () => undefined;
  /** A stream was opened, or the socket closed: efforts to reach the peer are over. */
  onSettled: () => void = () => undefined;

  private constructor(udx: Udx, main: UdxSocket, local: TransportAddress) {
    this.#udx = udx;
    this.#main = main;
    this.local = local;
    this.#listen(main);
  }

  /** @throws the system's error when the machine has no such family */
  static open(udx: Udx, family: 4 | 6): PunchingSocket {
    const socket = bound(udx, family);
    const { host = "", port = 0 } = socket.address() ?? {};
    const local = transportAddress(host, port);
    if (!local) throw new TypeError("a UDP socket has no numeric address");
    return new PunchingSocket(udx, socket, local);
  }

  send(bytes: Uint8Array, remote: TransportAddress): void {
    if (this.#isClosed) return;
    const route = this.#routes.get(formatTransportAddress(remote));
    (route ?? this.#main).trySend(bytes, remote.port, remote.address);
    if (!route) this.onSend(bytes, remote);
  }

  onDatagram(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** Opens so many further sockets. Fewer where the system has no more. */
  grow(count: number): void {
    for (let i = 0; i < count && !this.#isClosed; i++) {
      try {
        const socket = bound(this.#udx, this.local.family);
        this.#listen(socket);
        this.#crowd.push(socket);
      } catch {
        return;
      }
    }
  }

  /** The same datagram from each of the further sockets. */
  sendFromCrowd(bytes: Uint8Array, remote: TransportAddress): void {
    for (const socket of this.#crowd) socket.trySend(bytes, remote.port, remote.address);
  }

  /** A datagram from the main socket that nobody asked for. */
  sendPlainly(bytes: Uint8Array, remote: TransportAddress): void {
    if (!this.#isClosed) this.#main.trySend(bytes, remote.port, remote.address);
  }

  connect(remote: TransportAddress, ids: { readonly local: number; readonly remote: number }): Duplex {
    this.onSettled();
    const socket = this.#routes.get(formatTransportAddress(remote)) ?? this.#main;
    for (const other of this.#crowd.splice(0)) if (other !== socket) close(other);
    if (socket !== this.#main) this.#crowd.push(socket);
    const stream = this.#udx.createStream(ids.local);
    stream.connect(socket, ids.remote, remote.port, remote.address);
    return new UdxDuplex(stream);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.onSettled();
    close(this.#main);
    for (const socket of this.#crowd.splice(0)) close(socket);
  }

  #listen(socket: UdxSocket): void {
    socket.on("message", (bytes, { host, port }) => {
      const remote = this.#isClosed ? undefined : transportAddress(host, port);
      if (!remote) return;
      if (socket !== this.#main) this.#route(remote, socket);
      // A view into the library's buffer, which it uses again.
      const copy = Uint8Array.from(bytes);
      for (const listener of this.#listeners) listener(copy, remote);
    });
  }

  #route(remote: TransportAddress, socket: UdxSocket): void {
    const key = formatTransportAddress(remote);
    if (this.#routes.has(key) || this.#routes.size >= MAX_ROUTES) return;
    this.#routes.set(key, socket);
  }
}

function bound(udx: Udx, family: 4 | 6): UdxSocket {
  const socket = udx.createSocket({ ipv6Only: family === 6 });
  socket.bind(0, family === 4 ? "0.0.0.0" : "::");
  return socket;
}

/** A stream that still runs keeps the socket open until it ends. */
function close(socket: UdxSocket): void {
  socket.close().catch(() => undefined); // never rejects
}
