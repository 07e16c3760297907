import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { type Family, SockAddr } from "../address/index.ts";

/** OpenDHT wire format, peer discovery: where nodes of one local network meet. */
export const DISCOVERY_PORT = 8888;
/** The multicast group of each family. */
export const DISCOVERY_GROUPS: Readonly<Record<Family, string>> = { 4: "239.192.0.1", 6: "ff08::101" };

/** A socket that hears and addresses the discovery group of one family. */
export class MulticastSocket {
  readonly family: Family;
  readonly #socket: Socket;
  readonly #port: number;
  readonly #networkInterface: string | undefined;

  private constructor(family: Family, socket: Socket, port: number, networkInterface: string | undefined) {
    this.family = family;
    this.#socket = socket;
    this.#port = port;
    this.#networkInterface = networkInterface;
  }

  /**
   * @param networkInterface address (IPv4) or `::%name` (IPv6) of the interface to use; the system's choice if omitted
   * @throws Error of the system when the port can't be shared or the family isn't there
   */
  static async open(
    family: Family,
    port: number,
    networkInterface: string | undefined,
    onDatagram: (datagram: Uint8Array, from: SockAddr) => void,
  ): Promise<MulticastSocket> {
    const socket = createSocket({ type: family === 4 ? "udp4" : "udp6", ipv6Only: family === 6, reuseAddr: true });
    const listening = once(socket, "listening");
    socket.bind(port);
    try {
      await listening;
      const multicast = new MulticastSocket(family, socket, port, networkInterface);
      if (networkInterface !== undefined) socket.setMulticastInterface(networkInterface);
      multicast.join();
      socket.on("message", (datagram, info) => {
        const from = SockAddr.fromHost(info.address, info.port);
        // A plain array: what the application gets of it should not behave like a Buffer by accident.
        if (from) onDatagram(new Uint8Array(datagram), from);
      });
      socket.on("error", () => {}); // a lost announcement is repeated
      return multicast;
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  /** Again after a change of network: the membership belongs to an interface that may be gone. */
  join(): void {
    const group = DISCOVERY_GROUPS[this.family];
    try {
      this.#socket.dropMembership(group, this.#networkInterface);
    } catch {
      // Not a member: the usual case.
    }
    this.#socket.addMembership(group, this.#networkInterface);
  }

  sendToGroup(datagram: Uint8Array): void {
    this.#socket.send(datagram, this.#port, DISCOVERY_GROUPS[this.family]);
  }

  send(datagram: Uint8Array, to: SockAddr): void {
    this.#socket.send(datagram, to.port, to.host);
  }

  async close(): Promise<void> {
    const closed = once(this.#socket, "close");
    this.#socket.close();
    await closed;
  }
}
