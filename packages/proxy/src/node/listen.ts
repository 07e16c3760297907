import type { FastifyInstance } from "fastify";
import { ProxyServerError } from "./errors.ts";
import type { ProxyTls } from "./web-server.ts";

interface ListenOptions {
  readonly port?: number | undefined;
  readonly host?: string | undefined;
  readonly tls?: ProxyTls | undefined;
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

function listenAdvice(cause: unknown): string {
  const code = codeOf(cause);
  if (code === "EADDRINUSE") return "choose another port, or stop what listens there";
  if (code === "EACCES") return "ports below 1024 need rights that this program doesn't have";
  return "is that an address of this machine?";
}

function codeOf(cause: unknown): unknown {
  return cause instanceof Error && "code" in cause ? cause.code : undefined;
}
