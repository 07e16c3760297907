import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { ServiceAddress } from "./service-address.ts";

/** How long a service may take to accept a connection. */
const SERVICE_TIMEOUT_MS = 10_000;

/** A TCP connection to a service. Rejects with what the system says, or when it takes too long. */
export async function openService({ host, port }: ServiceAddress): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true, allowHalfOpen: true });
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(SERVICE_TIMEOUT_MS) });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}
