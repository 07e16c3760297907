import { X509Certificate } from "node:crypto";
import { createServer, type RequestListener, type Server, type ServerOptions } from "node:http";
import { createServer as createTlsServer } from "node:https";
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
