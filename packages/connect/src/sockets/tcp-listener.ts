import { createServer, type Server, type Socket } from "node:net";
import { type TransportAddress, transportAddress } from "../address/index.ts";
import type { IceConnection, StreamBase } from "../ice/index.ts";
import { connectionOf } from "./dial-tcp.ts";

const ANY_ADDRESS = { 4: "0.0.0.0", 6: "::" } as const;

/** Connections that wait for somebody to take them. */
export const MAX_UNTAKEN = 16;

export interface ListenOptions {
  readonly family: 4 | 6;
  /** @default all addresses of this machine */
  readonly address?: string | undefined;
  /** @default one that is free */
  readonly port?: number | undefined;
}

/** A TCP socket that accepts connections until it is closed; those that it has accepted outlive it. */
export class TcpListener implements StreamBase {
  readonly kind = "stream";
  readonly local: TransportAddress;
  readonly #server: Server;
  #listener: ((connection: IceConnection) => void) | undefined;
  readonly #untaken: IceConnection[] = [];

  private constructor(server: Server, local: TransportAddress) {
    this.local = local;
    this.#server = server;
    server.on("connection", (socket) => this.#accept(socket));
    // Descriptors may run out later; what was accepted goes on, and the next connection may fit again.
    server.on("error", () => {});
  }

  /** Rejects with the system's error when the port is taken or the machine has no such family. */
  static async open({ family, address = ANY_ADDRESS[family], port = 0 }: ListenOptions): Promise<TcpListener> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once("error", reject);
    server.listen({ host: address, port, ipv6Only: family === 6, exclusive: true }, resolve);
    await promise;
    server.off("error", reject);
    const bound = server.address();
    const local = bound !== null && typeof bound === "object" ? transportAddress(bound.address, bound.port) : undefined;
    if (local === undefined) throw new TypeError("a TCP socket has no numeric address");
    return new TcpListener(server, local);
  }

  onConnection(listener: (connection: IceConnection) => void): void {
    this.#listener = listener;
    for (const connection of this.#untaken.splice(0)) listener(connection);
  }

  close(): void {
    this.#server.close();
    for (const { stream } of this.#untaken.splice(0)) stream.destroy();
  }

  #accept(socket: Socket): void {
    // Until somebody listens for errors, one must not end the program.
    socket.on("error", () => {});
    if (socket.remoteAddress === undefined || (!this.#listener && this.#untaken.length >= MAX_UNTAKEN)) {
      socket.destroy();
      return;
    }
    const connection = connectionOf(socket);
    if (this.#listener) this.#listener(connection);
    else this.#untaken.push(connection);
  }
}
