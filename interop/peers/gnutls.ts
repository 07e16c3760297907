import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { type Duplex, duplexPair, pipeline } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { GNUTLS_CLIENT, GNUTLS_SERVER } from "./debian-programs.ts";
import { LineProcess } from "./line-process.ts";

/** What DHTNet asks of GnuTLS: so far the programs of that library talk as a DHTNet peer does. */
const DHTNET_PRIORITY = [
  "SECURE192",
  "+ANON-ECDH",
  "+ANON-DH",
  "-RSA",
  "-GROUP-FFDHE4096",
  "-GROUP-FFDHE6144",
  "-GROUP-FFDHE8192",
  "+GROUP-X25519",
  "%SERVER_PRECEDENCE",
  "%SAFE_RENEGOTIATION",
].join(":");

/** How long a program may take until it listens. */
const ATTEMPTS = 100;
const PAUSE_MS = 100;

/** Files of a key and of a certificate chain. */
export interface KeyFiles {
  readonly key: string;
  readonly certificates: string;
}

/** gnutls-serv, which asks for a certificate and sends every line back. */
export function startGnutlsServer(port: number, { key, certificates }: KeyFiles): LineProcess {
  return new LineProcess(GNUTLS_SERVER, [
    ...[`--port=${port}`, `--priority=${DHTNET_PRIORITY}`, `--x509keyfile=${key}`, `--x509certfile=${certificates}`],
    ...["--require-client-cert", "--echo"],
  ]);
}

/** gnutls-cli: what it is told goes to the server, and the other way round. */
export function startGnutlsClient(port: number, { key, certificates }: KeyFiles): LineProcess {
  return new LineProcess(GNUTLS_CLIENT, [
    ...["127.0.0.1", `--port=${port}`, `--priority=${DHTNET_PRIORITY}`],
    ...[`--x509keyfile=${key}`, `--x509certfile=${certificates}`, "--insecure", "--disable-sni"],
  ]);
}

/** A TCP connection, as soon as somebody listens, as a stream that isn't a socket: below TLS it never is. */
export async function connectPlain(port: number): Promise<Duplex> {
  for (let attempt = 1; ; attempt++) {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    try {
      await once(socket, "connect");
      return behindAStream(socket);
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await setTimeout(PAUSE_MS);
    }
  }
}

/** The next connection to a port of our own. */
export async function listenOnce(): Promise<{ readonly port: number; readonly connection: Promise<Duplex> }> {
  const server = createServer({ noDelay: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const connection = once(server, "connection").then(([socket]) => {
    server.close();
    return behindAStream(socket);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return { port: address.port, connection };
}

function behindAStream(socket: Socket): Duplex {
  const [near, far] = duplexPair();
  pipeline(socket, far, socket, () => {});
  return near;
}
