import type { CandidateSource, GatherContext, StreamBase } from "../ice/index.ts";
import { ACTIVE_PORT } from "./active-port.ts";
import { dialTcp } from "./dial-tcp.ts";
import { type InterfaceOptions, interfaceAddresses } from "./interface-addresses.ts";
import { TcpListener } from "./tcp-listener.ts";

/** The addresses of this machine: at each a candidate that accepts connections, and one that opens them. */
export class TcpHostSource implements CandidateSource {
  readonly name = "host";
  readonly #options: InterfaceOptions;

  constructor(options: InterfaceOptions = {}) {
    this.#options = options;
  }

  async gather(context: GatherContext): Promise<void> {
    await Promise.all([this.#gatherFamily(4, context), this.#gatherFamily(6, context)]);
  }

  async #gatherFamily(family: 4 | 6, context: GatherContext): Promise<void> {
    try {
      const addresses = await interfaceAddresses(family, this.#options);
      if (addresses.length === 0) return;
      const listener = await TcpListener.open({ family });
      const dialler: StreamBase = {
        kind: "stream",
        local: { ...listener.local, port: ACTIVE_PORT },
        open: (remote, signal) => dialTcp(remote, { signal }),
        close: () => {},
      };
      for (const address of addresses) {
        const common = { transport: "tcp", type: "host" } as const;
        const at = (port: number) => ({ address, port, family });
        context.add({ ...common, tcpType: "passive", address: at(listener.local.port), base: listener });
        context.add({ ...common, tcpType: "active", address: at(ACTIVE_PORT), base: dialler });
      }
    } catch (error) {
      context.failed(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
