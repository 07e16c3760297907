import { connect as connectTcp, createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from "node:tls";
import type { Identity } from "@hashmere/crypto";
import { RealScheduler } from "@hashmere/dht";
import { Link } from "../../packages/connect/src/mux/index.ts";
import { FramedConnection } from "../../packages/connect/src/session/framed-connection.ts";
import { secureStream } from "../../packages/connect/src/tls/index.ts";

/** Streams between two processes, made in one way or another. */
export interface Carrier {
  open(): Promise<Duplex>;
  close(): Promise<void>;
}

export type CarrierKind = "link" | "tls";

/** Channels of one link over one TCP connection, as ConnectionManager makes it once a path is found; or a TLS connection each. */
export async function connectCarrier(
  kind: CarrierKind,
  port: number,
  host: string,
  identity: Identity,
): Promise<Carrier> {
  if (kind === "tls") return new TlsCarrier(port, host);
  const socket = connectTcp({ port, host, noDelay: true });
  const link = await linkOver(socket, identity, "client");
  return { open: () => link.open("bench"), close: () => link.close() };
}

export async function listenCarrier(
  kind: CarrierKind,
  host: string,
  identity: Identity,
  serve: (stream: Duplex) => void,
): Promise<number> {
  if (kind === "tls") {
    const [key, cert] = [await identity.key.serialize(), identity.certificate.pem()];
    return listen(createTlsServer({ key, cert, noDelay: true }, serve), host);
  }
  const server = createServer({ noDelay: true }, async (socket) => {
    const link = await linkOver(socket, identity, "server");
    link.addEventListener("channel", ({ channel }) => serve(channel));
  });
  return listen(server, host);
}

async function linkOver(socket: Socket, identity: Identity, role: "client" | "server"): Promise<Link> {
  const end = { address: "127.0.0.1", port: 0, family: 4 } as const; // nobody asks
  const connection = { local: end, remote: end, stream: socket };
  const framed = new FramedConnection(connection, { message: () => {}, closed: () => {} });
  const { stream } = await secureStream(framed.takeStream(), { role, identity, verify: () => {} });
  return new Link(stream, { isInitiator: role === "client", scheduler: new RealScheduler(), accept: () => true });
}

class TlsCarrier implements Carrier {
  readonly #sockets: TLSSocket[] = [];
  readonly #port: number;
  readonly #host: string;

  constructor(port: number, host: string) {
    this.#port = port;
    this.#host = host;
  }

  open(): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      const socket = connectTls({ port: this.#port, host: this.#host, rejectUnauthorized: false });
      socket.setNoDelay(true).on("error", reject);
      socket.on("secureConnect", () => resolve(socket));
      this.#sockets.push(socket);
    });
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
  }
}

function listen(server: Server, host: string): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, host, () => {
      const address = server.address();
      resolve(typeof address === "object" ? (address?.port ?? 0) : 0);
    });
  });
}
