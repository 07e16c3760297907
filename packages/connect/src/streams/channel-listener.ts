import { EventEmitter } from "node:events";
import type { Channel } from "../mux/index.ts";
import type { ChannelAcceptor, OfferedChannel } from "./channel-source.ts";
import { type SocketManners, withSocketManners } from "./socket-manners.ts";

/** A channel with the manners of a TCP socket. */
export type ChannelSocket = Channel & SocketManners;

interface ListenerEvents {
  readonly connection: [socket: ChannelSocket];
  readonly close: [];
}

/** A server that takes connections from elsewhere: `http.Server`, `net.Server`, and those of frameworks. */
interface ConnectionTaker {
  emit(event: "connection", socket: ChannelSocket): boolean;
}

/**
 * Accepts every channel of a name, like a `net.Server` its connections. Who may connect at all is the manager's to say.
 *
 * ```ts
 * manager.listener("echo").on("connection", (socket) => socket.pipe(socket));
 * manager.listener("web").serve(http.createServer((request, response) => response.end("hello")));
 * ```
 */
export class ChannelListener extends EventEmitter<ListenerEvents> implements AsyncDisposable {
  /** What the channels are called. */
  readonly name: string;
  /** More at a time are declined. Default: as many as links let come. */
  maxConnections = Number.POSITIVE_INFINITY;
  readonly #handling: Disposable;
  readonly #open = new Set<ChannelSocket>();
  #isListening = true;

  /** @throws TypeError when channels of that name have a handler already */
  constructor(acceptor: ChannelAcceptor, name: string) {
    super();
    this.name = name;
    this.#handling = acceptor.handle((offer) => this.#take(offer), { name });
  }

  get listening(): boolean {
    return this.#isListening;
  }

  /** Channels that are open. */
  get connections(): number {
    return this.#open.size;
  }

  /** Hands all connections to a server that need not listen anywhere else. Its end is up to the caller. */
  serve(server: ConnectionTaker): this {
    return this.on("connection", (socket) => {
      socket.allowHalfOpen = true; // a client may have said all before it is answered
      server.emit("connection", socket);
    });
  }

  /** Accepts no more channels; resolves, and emits `close`, when those that are open have ended. */
  async close(): Promise<void> {
    this.#handling[Symbol.dispose]();
    this.#isListening = false;
    await Promise.all([...this.#open].map((socket) => new Promise((resolve) => socket.once("close", resolve))));
    this.emit("close");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #take(offer: OfferedChannel): Promise<void> {
    if (this.#open.size >= this.maxConnections) {
      offer.decline();
      return;
    }
    const channel = await offer.accept();
    if (channel === undefined) return;
    const socket = withSocketManners(channel);
    this.#open.add(socket);
    socket.once("close", () => this.#open.delete(socket));
    socket.on("error", () => {}); // as with any server, a connection that breaks ends nothing else
    this.emit("connection", socket);
  }
}
