import { DhtError } from "@hashmere/dht/engine";

/** What answered there is no proxy, or none for us. */
export function notAProxy(base: URL, status: number): DhtError {
  if (status === 401 || status === 403) {
    const advice = `the proxy ${base} doesn't let us in (status ${status}): it wants a token or certificate that whoever runs it gives out, or another than it was shown`;
    return new DhtError("ERR_PROXY_AUTHORIZATION", advice);
  }
  const advice =
    status === 503
      ? `the proxy ${base} isn't ready yet, or is overloaded (status 503)`
      : `what answers at ${base} (status ${status}) is no OpenDHT proxy: is the URL right?`;
  return new DhtError("ERR_PROXY_ANSWER", advice);
}

/** What Node.js says of certificates that nobody known has issued. */
const UNKNOWN_AUTHORITY: ReadonlySet<unknown> = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** What Node.js says when a server has ended a connection, as those do that miss a certificate of their client's. */
const HANG_UPS: ReadonlySet<unknown> = new Set([
  "ECONNRESET",
  "EPIPE",
  "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE",
  "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
  "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA",
  "UND_ERR_SOCKET",
]);

/** The reason that `fetch` gives: what its own error was caused by. */
function reasonOf(cause: unknown): unknown {
  return cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
}

/** A server has ended the connection, in a way that may mean that it wants a certificate of its clients, or another. */
export function isHangUp(cause: unknown): boolean {
  const reason = reasonOf(cause);
  return reason instanceof Error && "code" in reason && HANG_UPS.has(reason.code);
}

/** A server has ended the connection to a client that has shown a certificate. */
export class CertificateInDoubtError extends Error {
  readonly code = "ERR_CERTIFICATE_IN_DOUBT";

  constructor(cause: unknown) {
    const reason = reasonOf(cause);
    const detail = reason instanceof Error ? reason.message : String(reason);
    super(`the connection was ended (${detail}): the certificate shown may not be one that is accepted there`, {
      cause,
    });
    this.name = "CertificateInDoubtError";
  }
}

/** No answer came from there, for a reason that `fetch` or the client itself gives. */
export function unreachable(base: URL, cause: unknown): DhtError {
  if (cause instanceof DhtError) return cause;
  const reason = reasonOf(cause);
  if (reason instanceof Error && "code" in reason && UNKNOWN_AUTHORITY.has(reason.code)) {
    const advice = `the proxy ${base} has a certificate from an authority that isn't known here (${reason.code}): if it is one of your own, name its certificate (PEM) in the variable NODE_EXTRA_CA_CERTS`;
    return new DhtError("ERR_PROXY_UNREACHABLE", advice, { cause });
  }
  const detail = reason instanceof Error ? reason.message : String(reason);
  if (reason instanceof CertificateInDoubtError) {
    return new DhtError("ERR_PROXY_UNREACHABLE", `the proxy ${base} can't be used: ${detail}`, { cause });
  }
  if (base.protocol === "https:" && isHangUp(cause)) {
    const advice = `the proxy ${base} ended the connection (${detail}): does it want a certificate of its clients?`;
    return new DhtError("ERR_PROXY_UNREACHABLE", advice, { cause });
  }
  const advice = `the proxy ${base} can't be reached (${detail}): is it up, and is there a network?`;
  return new DhtError("ERR_PROXY_UNREACHABLE", advice, { cause });
}

/** Nobody is there, as far as one can tell. */
export function isAbsence({ code }: DhtError): boolean {
  return code === "ERR_PROXY_UNREACHABLE" || code === "ERR_PROXY_TIMEOUT";
}
