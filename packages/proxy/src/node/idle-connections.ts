import type { Server } from "node:http";
import type { Socket } from "node:net";
import { otherEndOf } from "./other-end.ts";

/** Connections on which nothing is under way, so that who closes a server need not wait for them. */
export class IdleConnections {
  readonly #closeAnswered: () => void;
  /** Those that may carry requests. */
  readonly #open = new Set<Socket>();
  /** Over TLS: those that shake hands, by their other end, which is all that the secure one has in common with them. */
  readonly #shakingHands = new Map<string, Socket>();

  constructor(server: Server, { isSecure }: { readonly isSecure: boolean }) {
    const closeAnswered = server.closeIdleConnections.bind(server);
    // For the platform a connection is idle when everything is said; a slow reader has yet to take it.
    this.#closeAnswered = () => {
      if (![...this.#open].some(({ writableLength }) => writableLength > 0)) closeAnswered();
    };
    server.closeIdleConnections = this.#closeAnswered; // as the platform calls it, too, when the server closes
    if (!isSecure) server.on("connection", (socket) => this.#add(socket));
    else {
      server.on("connection", (socket) => {
        const name = otherEndOf(socket);
        this.#shakingHands.set(name, socket);
        socket.once("close", () => this.#shakingHands.delete(name));
      });
      server.on("secureConnection", (socket: Socket) => {
        this.#shakingHands.delete(otherEndOf(socket));
        this.#add(socket);
      });
    }
  }

  /** Ends them. While a reader has something to take yet, those that have carried requests wait for him. */
  close(): void {
    this.#closeAnswered();
    // The platform doesn't take them for idle: nothing of a request has come there.
    for (const socket of this.#shakingHands.values()) socket.destroy();
    for (const socket of this.#open) if (socket.bytesRead === 0) socket.destroy();
  }

  #add(socket: Socket): void {
    this.#open.add(socket);
    socket.once("close", () => this.#open.delete(socket));
  }
}
