import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { Family, SockAddr } from "../address/index.ts";
import { SocketError } from "../errors/index.ts";
import { AddressBook } from "./address-book.ts";
import type { DatagramReceiver, DatagramTransport } from "./datagram-transport.ts";

/** Asked of the system for each socket; it may give less. Room for about 10,000 small requests in one burst. */
const SOCKET_BUFFER_BYTES = 4 << 20;

/** After these a repetition would fail too (OpenDHT wire format, life of a request). */
const UNREACHABLE = new Set(["ENETUNREACH", "EHOSTUNREACH", "EAFNOSUPPORT", "EPIPE", "EPERM"]);

/** Which local addresses to open; at least one. */
export interface UdpTransportOptions {
  /** Local IPv4 address and port (port 0: any free one); null: no IPv4. */
  readonly bind4: SockAddr | null;
  /** Local IPv6 address and port; null: no IPv6. With port 0 the port of the IPv4 socket is tried first. */
  readonly bind6: SockAddr | null;
  /** Ports to try first where any will do: those of an earlier time. 0: none. */
  readonly wish?: Readonly<Record<Family, number>> | undefined;
}

/** One UDP socket per address family. IPv6 sockets are v6-only, so both may have the same port. */
export class UdpTransport implements DatagramTransport {
  readonly #options: UdpTransportOptions;
  readonly #book = new AddressBook();
  #socket4: BoundSocket | undefined;
  #socket6: BoundSocket | undefined;
  readonly #failures = new Map<Family, unknown>();

  constructor(options: UdpTransportOptions) {
    this.#options = options;
  }

  async open(receiver: DatagramReceiver): Promise<void> {
    const { bind4, bind6 } = this.#options;
    if (bind4) this.#socket4 = await this.#bindFirst(4, bind4, receiver);
    if (bind6) this.#socket6 = await this.#bindFirst(6, bind6, receiver);
    if (this.#socket4 || this.#socket6) return;
    const wanted = [bind4, bind6].filter((address) => address !== null).join(" or ");
    throw wanted
      ? cannotOpen(`can't open UDP ${wanted}`, [...this.#failures.values()])
      : new SocketError("neither IPv4 nor IPv6 is asked for: give at least one address to bind");
  }

  failure(family: Family): SocketError | undefined {
    if (this.bound(family) !== undefined || !this.#failures.has(family)) return undefined;
    const wanted = family === 4 ? this.#options.bind4 : this.#options.bind6;
    return cannotOpen(`goes without IPv${family}: can't open UDP ${wanted}`, [this.#failures.get(family)]);
  }

  bound(family: Family): SockAddr | undefined {
    return (family === 4 ? this.#socket4 : this.#socket6)?.address;
  }

  send(datagram: Uint8Array, to: SockAddr, expectsAnswer: boolean): void {
    const bound = to.family === 4 ? this.#socket4 : this.#socket6;
    // A callback costs 0.4 microseconds, and nobody is interested in the failure of an answer.
    bound?.socket.send(datagram, to.port, to.host, expectsAnswer ? bound.onSent : undefined);
  }

  async close(): Promise<void> {
    const sockets = [this.#socket4, this.#socket6];
    this.#socket4 = undefined;
    this.#socket6 = undefined;
    for (const bound of sockets) {
      if (!bound) continue;
      bound.socket.close();
      await once(bound.socket, "close");
    }
  }

  /** The first port that can be had; undefined, and the failure noted, when there is none. */
  async #bindFirst(family: Family, address: SockAddr, receiver: DatagramReceiver): Promise<BoundSocket | undefined> {
    for (const port of this.#portsToTry(family, address)) {
      try {
        return await this.#bind(family, address.withPort(port), receiver);
      } catch (error) {
        this.#failures.set(family, error);
      }
    }
    return undefined;
  }

  /** Where any port will do, both families on one are easier to let through a firewall. */
  #portsToTry(family: Family, { port }: SockAddr): number[] {
    if (port !== 0) return [port];
    const wished = this.#options.wish?.[family] ?? 0;
    const near = (family === 6 && this.#socket4?.address.port) || 0;
    return [wished, near].filter((port) => port !== 0).concat(0);
  }

  async #bind(family: Family, address: SockAddr, receiver: DatagramReceiver): Promise<BoundSocket> {
    const socket = createSocket({
      type: family === 4 ? "udp4" : "udp6",
      ipv6Only: family === 6,
      // Addresses are numeric here; skipping the resolver saves half a microsecond per datagram.
      lookup: (host, _options, done) => done(null, host, family),
    });
    const listening = once(socket, "listening"); // rejects on 'error'
    socket.bind({ port: address.port, address: address.host, exclusive: true });
    try {
      await listening;
    } catch (error) {
      socket.close();
      throw error;
    }
    growBuffers(socket);
    const book = this.#book;
    socket.on("message", (datagram, info) => {
      const from = book.find(info.address, info.port);
      if (from) receiver.onDatagram(datagram, from);
    });
    const onSent = (error: SendError | null) => {
      if (!(error && UNREACHABLE.has(error.code ?? "")) || error.address === undefined) return;
      const to = book.find(error.address, error.port ?? 0);
      if (to) receiver.onUnreachable(to);
    };
    // Receive errors (an ICMP answer to an earlier send, for one) say nothing that retransmission doesn't find out.
    socket.on("error", () => {});
    return { socket, address: address.withPort(socket.address().port), onSent };
  }
}

interface BoundSocket {
  readonly socket: Socket;
  readonly address: SockAddr;
  readonly onSent: (error: SendError | null) => void;
}

/** A failure names the address that it concerns, so one callback serves all sends of a socket. */
interface SendError extends NodeJS.ErrnoException {
  readonly address?: string;
  readonly port?: number;
}

function growBuffers(socket: Socket): void {
  try {
    socket.setRecvBufferSize(SOCKET_BUFFER_BYTES);
    socket.setSendBufferSize(SOCKET_BUFFER_BYTES);
  } catch {
    // The system's own size serves as well, only bursts are lost earlier.
  }
}

function cannotOpen(what: string, failures: readonly unknown[]): SocketError {
  const [cause] = failures;
  return new SocketError(`${what}: ${failures.map(reason).join("; ")}. ${adviceOn(cause)}`, { cause });
}

function adviceOn(failure: unknown): string {
  const code = failure instanceof Error && "code" in failure ? failure.code : undefined;
  if (code === "EADDRNOTAVAIL") return "Is it an address of this machine?";
  if (code === "EAFNOSUPPORT") return "This machine doesn't have that family.";
  if (code === "EACCES") return "Low ports may be reserved: try one above 1023.";
  return "Is another program using the port?";
}

function reason(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}
