// Source: DHTNet connection protocol, candidate generation.
import type { SockAddr } from "@hashmere/dht";
import { transportAddress } from "../address/index.ts";
import type { CandidateSource, GatherContext } from "../ice/index.ts";
import { ACTIVE_PORT } from "./active-port.ts";
import { dialTcp } from "./dial-tcp.ts";
import { interfaceAddresses } from "./interface-addresses.ts";

/**
 * The addresses under which others see us. Nobody can dial them, but the peer, or its relay, knows by them whom to let in
 * when we dial.
 */
export class PublicAddressSource implements CandidateSource {
  readonly name = "public address";
  readonly #addresses: () => readonly SockAddr[];

  constructor(addresses: () => readonly SockAddr[]) {
    this.#addresses = addresses;
  }

  async gather(context: GatherContext): Promise<void> {
    for (const family of [4, 6] as const) {
      const seen = this.#addresses().find((address) => address.family === family);
      const address = seen && transportAddress(seen.host, ACTIVE_PORT);
      const [local] = await interfaceAddresses(family);
      if (address === undefined || local === undefined) continue;
      context.add({
        transport: "tcp",
        type: "srflx",
        tcpType: "active",
        address,
        base: {
          kind: "stream",
          local: { address: local, port: ACTIVE_PORT, family },
          open: (remote, signal) => dialTcp(remote, { signal }),
          close: () => {},
        },
      });
    }
  }
}
