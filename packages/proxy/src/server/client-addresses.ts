import type { IncomingMessage } from "node:http";
import proxyAddr from "@fastify/proxy-addr";
import { SockAddr } from "@hashmere/dht/engine";

/** From where clients ask, also where other web servers that are trusted forward what they ask. */
export class ClientAddresses {
  readonly #trusts: (address: string, hop: number) => boolean;

  /**
   * @param trusted addresses and networks (`10.0.0.0/8`) of web servers whose `X-Forwarded-For` is believed; `loopback`,
   * `linklocal` and `uniquelocal` stand for theirs
   * @throws TypeError for what is none of these
   */
  constructor(trusted: readonly string[] = []) {
    this.#trusts = trusted.length === 0 ? () => false : compile(trusted);
  }

  /** Whether somebody asks from there for others. */
  isTrusted(address: string): boolean {
    return this.#trusts(address, 0);
  }

  /** The nearest address that isn't trusted, as those before it may be made up; that of the connection where it can't be read. */
  of(request: Pick<IncomingMessage, "headers" | "socket">): string {
    const { remoteAddress = "" } = request.socket;
    if (!this.isTrusted(remoteAddress)) return remoteAddress;
    // It reads the header and the socket's address, and nothing else.
    const told = withoutPort(proxyAddr(request as IncomingMessage, this.#trusts));
    return SockAddr.fromHost(told, 0) ? told : remoteAddress;
  }

  /** Whether the client asks over HTTPS, as far as it or the nearest web server that is trusted tells. */
  isSecure({ headers, socket }: Pick<IncomingMessage, "headers" | "socket">): boolean {
    const told = headers["x-forwarded-proto"];
    if (typeof told !== "string" || !this.isTrusted(socket.remoteAddress ?? "")) return "encrypted" in socket;
    return /(?:^|[\s,])https\s*$/i.test(told);
  }
}

/** @throws TypeError */
function compile(trusted: readonly string[]): (address: string, hop: number) => boolean {
  try {
    const trusts = proxyAddr.compile([...trusted]);
    return (address, hop) => trusts(withoutPort(address), hop);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : cause;
    const advice = "name addresses, networks such as 10.0.0.0/8, or loopback, linklocal or uniquelocal";
    throw new TypeError(`the web servers to trust can't be told (${reason}): ${advice}`, { cause });
  }
}

/** Some name the port, too: `192.0.2.1:5000`, `[2001:db8::1]:5000`. */
function withoutPort(text: string): string {
  const [, bracketed, ipv4] = /^(?:\[(.+)\](?::\d+)?|(\d+(?:\.\d+){3}):\d+)$/.exec(text) ?? [];
  return bracketed ?? ipv4 ?? text;
}
