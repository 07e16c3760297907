import { createServer } from "node:net";
import { SockAddr } from "@hashmere/dht";
import type { CandidateSource, GatherContext, StreamBase } from "../ice/index.ts";
import { dialTcp } from "./dial-tcp.ts";
import { type InterfaceOptions, interfaceAddresses } from "./interface-addresses.ts";

/**
 * Candidates for TCP simultaneous open (RFC 6544 §4.1, `so`): both sides dial each other from a fixed port at the same
 * time, and each router takes the other's packet for an answer. It works through firewalls and through routers that keep
 * the port, also where no UDP passes. DHTNet reads such candidates and makes no use of them.
 */
export class TcpPunchSource implements CandidateSource {
  readonly name = "tcp-punch";
  readonly #addresses: () => readonly SockAddr[];
  readonly #options: InterfaceOptions;

  /** @param addresses those under which others see us */
  constructor(addresses: () => readonly SockAddr[], options: InterfaceOptions = {}) {
    this.#addresses = addresses;
    this.#options = options;
  }

  async gather(context: GatherContext): Promise<void> {
    await Promise.all([this.#gatherFamily(4, context), this.#gatherFamily(6, context)]);
  }

  async #gatherFamily(family: 4 | 6, context: GatherContext): Promise<void> {
    try {
      const [address] = await interfaceAddresses(family, this.#options);
      if (address === undefined) return;
      const isOpen = SockAddr.fromHost(address, 0)?.isPrivate() === false;
      const outside = isOpen ? address : this.#addresses().find((seen) => seen.family === family)?.host;
      if (outside === undefined) return;
      const port = await freePort(address);
      const local = { address, port, family };
      const base: StreamBase = {
        kind: "stream",
        local,
        open: (remote, signal) => dialTcp(remote, { signal, local }),
        close: () => {},
      };
      const type = isOpen ? "host" : "srflx";
      context.add({ transport: "tcp", type, tcpType: "so", address: { address: outside, port, family }, base });
    } catch (error) {
      context.failed(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

/** Connections leave from there; listening would keep them from it. */
async function freePort(address: string): Promise<number> {
  const server = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(0, address, resolve);
  await promise;
  const bound = server.address();
  const closed = Promise.withResolvers<void>();
  server.close(() => closed.resolve());
  await closed.promise;
  if (bound === null || typeof bound === "string") throw new TypeError("a TCP socket has no port");
  return bound.port;
}
