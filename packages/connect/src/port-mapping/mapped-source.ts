import type { CandidateSource, GatherContext } from "../ice/index.ts";
import { TcpListener } from "../sockets/index.ts";
import type { PortMapper } from "./port-mapper.ts";
import { PortMappingError } from "./router.ts";

/** A connection waits no longer for the search for a router, counted from its beginning: one hop away, it answers sooner. */
const ROUTER_PATIENCE_MS = 500;

/** Candidates that the home router forwards to us: a listening socket of its own, at a port of the router's outside. */
export class MappedSource implements CandidateSource {
  readonly name = "port mapping";
  readonly isSlow = true;
  readonly #mapper: PortMapper;

  constructor(mapper: PortMapper) {
    this.#mapper = mapper;
  }

  async gather(context: GatherContext): Promise<void> {
    const { signal } = context;
    try {
      if (!(await this.#mapper.router(ROUTER_PATIENCE_MS)) || signal.aborted) return;
      const listener = await TcpListener.open({ family: 4 });
      signal.addEventListener("abort", () => listener.close(), { once: true });
      const mapping = await this.#mapper.map("tcp", listener.local.port, signal).catch((error: unknown) => {
        listener.close();
        throw error;
      });
      const close = () => {
        listener.close();
        mapping.close().catch(() => undefined); // never rejects
      };
      signal.addEventListener("abort", close, { once: true });
      context.add({
        transport: "tcp",
        type: "srflx",
        tcpType: "passive",
        address: mapping.external,
        isMapped: true,
        base: {
          kind: "stream",
          local: listener.local,
          onConnection: (accept) => listener.onConnection(accept),
          close,
        },
      });
    } catch (error) {
      if (!signal.aborted) context.failed(error instanceof Error ? error : new PortMappingError(String(error)));
    }
  }
}
