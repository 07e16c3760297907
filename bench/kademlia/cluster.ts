import { createHash } from "node:crypto";
import { NodeId, Server, UdpTransport } from "@hashmere/kademlia";

let datagrams = 0;
let bytes = 0;

/** UDP, counted. */
class CountingTransport extends UdpTransport {
  override send(...[datagram, to]: Parameters<UdpTransport["send"]>): void {
    datagrams++;
    bytes += datagram.length;
    super.send(datagram, to);
  }
}

/** What all nodes of this process have sent so far. */
export function traffic(): { readonly datagrams: number; readonly bytes: number } {
  return { datagrams, bytes };
}

/** Nodes in this process with ids that are the same in each run, listening on loopback, not joined yet. */
export async function listenAll(count: number, basePort: number): Promise<Server[]> {
  const servers: Server[] = [];
  for (let i = 0; i < count; i++) {
    const id = NodeId.from(createHash("sha1").update(`bench-${i}`).digest());
    const server = new Server({ id, transport: new CountingTransport() });
    await server.listen(basePort + i, "127.0.0.1");
    servers.push(server);
  }
  return servers;
}

/** Joins all through the first, one after the other. */
export async function joinAll([first, ...others]: readonly Server[]): Promise<void> {
  for (const server of others) await server.bootstrap([`127.0.0.1:${first?.port}`]);
}
