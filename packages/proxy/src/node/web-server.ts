import { X509Certificate } from "node:crypto";
import { createServer, type RequestListener, type Server, type ServerOptions } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { FastifyInstance } from "fastify";
import {
  type ClientLedger,
  CONNECTION_CHECK_MS,
  HEADERS_TIMEOUT_MS,
  KEEP_ALIVE_TIMEOUT_MS,
  MAX_HEADER_BYTES,
  REQUEST_TIMEOUT_MS,
  TCP_KEEP_ALIVE_MS,
} from "../server/index.ts";
import { ProxyServerError } from "./errors.ts";

/** The server's certificate, and whose certificates clients must have. */
export interface ProxyTls {
  /** PEM: the certificate, followed by those between it and the root. */
  readonly certificate: string;
  /** PEM. */
  readonly key: string;
  readonly passphrase?: string | undefined;
  /** PEM: only clients with a certificate from these may connect. Default: all may. */
  readonly clientCa?: string | undefined;
}

interface ListenOptions {
  readonly port?: number | undefined;
  readonly host?: string | undefined;
  readonly tls?: ProxyTls | undefined;
}

/** A server with our patience and bounds; it doesn't listen yet. @throws ProxyServerError `ERR_PROXY_TLS` */
export function openServer(listener: RequestListener, tls: ProxyTls | undefined, ledger: ClientLedger): Server {
  const options: ServerOptions = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    connectionsCheckingInterval: CONNECTION_CHECK_MS,
    keepAlive: true,
    keepAliveInitialDelay: TCP_KEEP_ALIVE_MS,
    noDelay: true,
    requireHostHeader: false, // there is one host here
  };
  const server = tls ? openTlsServer(listener, options, tls) : createServer(options, listener);
  // Also those that will never finish their TLS handshake.
  server.on("connection", (socket) => {
    if (!ledger.admit(socket)) socket.destroy();
  });
  return server;
}

/** Everywhere, over IPv6 and IPv4… */
const EVERYWHERE = "::";
/** …and where there is no IPv6. */
const EVERYWHERE_IPV4 = "0.0.0.0";
const NO_IPV6: readonly unknown[] = ["EAFNOSUPPORT", "EADDRNOTAVAIL"];

/** Has it listen, and gives its URL. @throws ProxyServerError `ERR_PROXY_LISTEN` */
export async function listen(
  app: Pick<FastifyInstance, "listen" | "server">,
  { port = 8000, host, tls }: ListenOptions,
): Promise<string> {
  try {
    await app.listen({ port, host: host ?? EVERYWHERE });
  } catch (cause) {
    if (host === undefined && NO_IPV6.includes(codeOf(cause))) return listen(app, { port, host: EVERYWHERE_IPV4, tls });
    throw new ProxyServerError(
      "ERR_PROXY_LISTEN",
      `no proxy at port ${port} of ${host ?? EVERYWHERE} (${cause instanceof Error ? cause.message : cause}): ${listenAdvice(cause)}`,
      { cause },
    );
  }
  const address = app.server.address();
  const bound = typeof address === "object" && address ? address.port : port;
  return `${tls ? "https" : "http"}://${hostInUrl(host)}:${bound}`;
}

function hostInUrl(host = EVERYWHERE): string {
  if (host === EVERYWHERE || host === EVERYWHERE_IPV4) return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}

function openTlsServer(listener: RequestListener, options: ServerOptions, tls: ProxyTls): Server {
  const { certificate, key, passphrase, clientCa } = tls;
  const what = "the proxy's certificate and key can't be used";
  const server = orTlsError(what, "are both PEM, and do they belong together?", () =>
    createTlsServer(
      {
        ...options,
        cert: certificate,
        key,
        ...(passphrase !== undefined && { passphrase }),
        ...(clientCa !== undefined && { ca: clientCa, requestCert: true, rejectUnauthorized: true }),
        minVersion: "TLSv1.2",
        handshakeTimeout: HEADERS_TIMEOUT_MS,
      },
      listener,
    ),
  );
  // The platform takes anything for authorities, and then nobody gets in.
  if (clientCa !== undefined)
    orTlsError(
      "the authorities of clients can't be used",
      "are they certificates, in PEM?",
      () => new X509Certificate(clientCa),
    );
  return server;
}

/** @throws ProxyServerError */
function orTlsError<T>(what: string, advice: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : cause;
    throw new ProxyServerError("ERR_PROXY_TLS", `${what} (${reason}): ${advice}`, { cause });
  }
}

function listenAdvice(cause: unknown): string {
  const code = codeOf(cause);
  if (code === "EADDRINUSE") return "choose another port, or stop what listens there";
  if (code === "EACCES") return "ports below 1024 need rights that this program doesn't have";
  return "is that an address of this machine?";
}

function codeOf(cause: unknown): unknown {
  return cause instanceof Error && "code" in cause ? cause.code : undefined;
}
