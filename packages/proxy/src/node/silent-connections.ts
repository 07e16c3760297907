import type { Server } from "node:http";
import type { Socket } from "node:net";

/**
 * Connections on which nothing of a request has come yet. The platform doesn't take them for idle, but who closes a
 * server need not wait for them.
 */
export class SilentConnections {
  /** Those that may yet carry a request. */
  readonly #open = new Set<Socket>();
  /** Over TLS: those that shake hands, by their other end, which is all that the secure one has in common with them. */
  readonly #shakingHands = new Map<string, Socket>();

  constructor(server: Server, { isSecure }: { readonly isSecure: boolean }) {
    if (!isSecure) server.on("connection", (socket) => this.#add(socket));
    else {
      server.on("connection", (socket) => {
        const name = otherEnd(socket);
        this.#shakingHands.set(name, socket);
        socket.once("close", () => this.#shakingHands.delete(name));
      });
      server.on("secureConnection", (socket: Socket) => {
        this.#shakingHands.delete(otherEnd(socket));
        this.#add(socket);
      });
    }
  }

  /** Ends them. */
  close(): void {
    for (const socket of this.#shakingHands.values()) socket.destroy();
    for (const socket of this.#open) if (socket.bytesRead === 0) socket.destroy();
  }

  #add(socket: Socket): void {
    this.#open.add(socket);
    socket.once("close", () => this.#open.delete(socket));
  }
}

function otherEnd({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
