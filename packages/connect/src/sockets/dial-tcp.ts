import type { Socket } from "node:net";
import { formatTransportAddress, type TransportAddress, transportAddress } from "../address/index.ts";
import { ConnectError } from "../errors/index.ts";
import type { IceConnection } from "../ice/index.ts";
import { connectSoon } from "./connect-soon.ts";

export interface DialOptions {
  /** Ends the attempt; an open connection stays. */
  readonly signal: AbortSignal;
  /** Where the connection comes from; chosen by the system when it is left out. */
  readonly local?: TransportAddress | undefined;
}

/**
 * Opens a TCP connection. Rejects with ConnectError ERR_NO_PATH when it is refused, unreachable, or silent until the
 * system gives up (some two minutes) or the signal ends it.
 */
export async function dialTcp(remote: TransportAddress, { signal, local }: DialOptions): Promise<IceConnection> {
  const options = {
    host: remote.address,
    port: remote.port,
    family: remote.family,
    noDelay: true,
    allowHalfOpen: true,
    ...(local && { localAddress: local.address, localPort: local.port }),
  };
  try {
    return connectionOf(await connectSoon(options, signal));
  } catch (cause) {
    throw new ConnectError("ERR_NO_PATH", `${formatTransportAddress(remote)} can't be reached`, { cause });
  }
}

/** @throws when the connection has ended already */
export function connectionOf(socket: Socket): IceConnection {
  const local = transportAddress(socket.localAddress ?? "", socket.localPort ?? 0);
  const remote = transportAddress(socket.remoteAddress ?? "", socket.remotePort ?? 0);
  if (local && remote) return { local, remote, stream: socket };
  socket.destroy();
  throw new ConnectError("ERR_LINK_LOST", "The connection ended as it began");
}
