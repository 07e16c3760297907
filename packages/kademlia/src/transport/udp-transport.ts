import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { type Address, AddressBook } from "../address/index.ts";
import { SocketError } from "../errors/index.ts";
import type { Transport } from "../rpc/index.ts";
import { MAX_DATAGRAM_BYTES } from "../wire/index.ts";

/** Asked of the system, which may give less: room for bursts from many nodes at once. */
const SOCKET_BUFFER_BYTES = 4 * 1024 * 1024;

export type DatagramReceiver = (datagram: Uint8Array, from: Address) => void;

/**
 * A UDP socket: IPv4, IPv6, or with `::` both on one port. On such a socket IPv4 peers appear as `::ffff:1.2.3.4`; that
 * form stays in here.
 */
export class UdpTransport implements Transport {
  readonly book = new AddressBook();
  #socket: Socket | undefined;
  #family: 4 | 6 = 4;
  #isDualStack = false;
  #receiver: DatagramReceiver = () => {};

  /** Who gets the datagrams. */
  onDatagram(receiver: DatagramReceiver): void {
    this.#receiver = receiver;
  }

  /**
   * Opens the socket. Returns the port, which the system chooses if it is 0.
   *
   * @throws SocketError when the address or the port cannot be had
   */
  async open(port: number, host: string): Promise<number> {
    const isIPv6 = host.includes(":");
    const socket = createSocket({
      type: isIPv6 ? "udp6" : "udp4",
      // Addresses are numeric here; skipping the resolver saves half a microsecond per datagram.
      lookup: (numeric, _options, done) => done(null, numeric, isIPv6 ? 6 : 4),
    });
    const listening = once(socket, "listening"); // rejects on "error"
    try {
      socket.bind({ port, address: host, exclusive: true });
      await listening;
    } catch (error) {
      socket.close();
      throw new SocketError(
        `cannot listen on UDP ${host} port ${port}: is it in use, or not an address of this machine?`,
        {
          cause: error,
        },
      );
    }
    growBuffers(socket);
    // A send that fails is a lost datagram; the engine is made for these.
    socket.on("error", () => {});
    socket.on("message", (datagram, info) => {
      const from = this.book.find(info.address, info.port);
      if (from) this.#receiver(datagram, from);
    });
    this.#socket = socket;
    this.#family = isIPv6 ? 6 : 4;
    this.#isDualStack = host === "::";
    return socket.address().port;
  }

  send(datagram: Uint8Array, to: Address): void {
    if (!this.reaches(to) || datagram.length > MAX_DATAGRAM_BYTES) return;
    const host = this.#family === 6 && !to.isIPv6 ? `::ffff:${to.host}` : to.host;
    // Without a callback dgram makes no request object that somebody waits for; failures come as "error".
    this.#socket?.send(datagram, 0, datagram.length, to.port, host);
  }

  reaches(address: Address): boolean {
    return address.isIPv6 ? this.#family === 6 : this.#family === 4 || this.#isDualStack;
  }

  async close(): Promise<void> {
    const socket = this.#socket;
    if (!socket) return;
    this.#socket = undefined;
    socket.close();
    await once(socket, "close");
  }
}

function growBuffers(socket: Socket): void {
  try {
    socket.setRecvBufferSize(SOCKET_BUFFER_BYTES);
    socket.setSendBufferSize(SOCKET_BUFFER_BYTES);
  } catch {
    // The system's own size serves as well, only bursts are lost earlier.
  }
}
