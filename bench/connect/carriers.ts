import { once } from "node:events";
import { connect as connectTcp, createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from "node:tls";
import type { Identity } from "@hashmere/crypto";
import { RealScheduler } from "@hashmere/dht";
import { transportAddress } from "../../packages/connect/src/address/index.ts";
import { Link } from "../../packages/connect/src/mux/index.ts";
import { loadUdx, PunchingSocket } from "../../packages/connect/src/punching/index.ts";
import { FramedConnection } from "../../packages/connect/src/session/framed-connection.ts";
import { secureStream } from "../../packages/connect/src/tls/index.ts";

/** Streams between two processes, made in one way or another. */
export interface Carrier {
  open(): Promise<Duplex>;
  close(): Promise<void>;
}

/**
 * Channels of one link, as ConnectionManager makes it once a path is found: between two devices of ours over a TCP
 * connection (`link`) or over UDP (`udp`), or in frames, as towards DHTNet and over relays (`frames`). Or a TLS connection
 * each (`tls`).
 */
export type CarrierKind = "link" | "frames" | "udp" | "tls";

type Role = "client" | "server";
type LinkKind = Exclude<CarrierKind, "tls">;

export async function connectCarrier(
  kind: CarrierKind,
  port: number,
  host: string,
  identity: Identity,
): Promise<Carrier> {
  if (kind === "tls") return new TlsCarrier(port, host);
  const socket = connectTcp({ port, host, noDelay: true });
  const link = await linkOver(await streamOf(kind, socket, "client"), identity, "client");
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
    const link = await linkOver(await streamOf(kind, socket, "server"), identity, "server");
    link.addEventListener("channel", ({ channel }) => serve(channel));
  });
  return listen(server, host);
}

async function linkOver(carrier: Duplex, identity: Identity, role: Role): Promise<Link> {
  const { stream } = await secureStream(carrier, { role, identity, verify: () => {} });
  return new Link(stream, { isInitiator: role === "client", scheduler: new RealScheduler(), accept: () => true });
}

/** What a link of this kind runs over, once its two sides have a TCP connection. */
async function streamOf(kind: LinkKind, socket: Socket, role: Role): Promise<Duplex> {
  if (kind === "link") return socket;
  if (kind === "udp") return datagramStream(socket, role);
  const end = { address: "127.0.0.1", port: 0, family: 4 } as const; // nobody asks
  const connection = { local: end, remote: end, stream: socket };
  return new FramedConnection(connection, { message: () => {}, closed: () => {} }).takeStream();
}

/** A stream of datagrams between the same two machines. Both sides tell each other their ports over the TCP connection. */
async function datagramStream(socket: Socket, role: Role): Promise<Duplex> {
  const udx = await loadUdx();
  if (udx === undefined) throw new Error("no UDP streams on this platform");
  const datagrams = PunchingSocket.open(udx, 4);
  socket.write(`${datagrams.local.port}\n`);
  const [port] = await once(socket, "data");
  const remote = transportAddress(socket.remoteAddress ?? "", Number(port));
  if (remote === undefined) throw new Error("the other side has no address");
  return datagrams.connect(remote, role === "client" ? { local: 1, remote: 2 } : { local: 2, remote: 1 });
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
