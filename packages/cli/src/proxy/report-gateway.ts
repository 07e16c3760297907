import { once } from "node:events";
import { connect } from "node:net";
import { parseGateway } from "@hashmere/proxy";

/** How long it may take to accept a connection. */
const PATIENCE_MS = 5_000;

/** Tells when nobody answers where pushes are to go: else that is seen when one is missing. */
export async function reportGateway(
  gateway: string | undefined,
  interrupted: AbortSignal,
  tell: (text: string) => void,
): Promise<void> {
  if (gateway === undefined) return;
  const { protocol, hostname, port, host } = parseGateway(gateway);
  const signal = AbortSignal.any([interrupted, AbortSignal.timeout(PATIENCE_MS)]);
  const socket = connect(Number(port) || (protocol === "https:" ? 443 : 80), hostname.replace(/^\[|\]$/g, ""));
  try {
    await once(socket, "connect", { signal });
  } catch (error) {
    if (interrupted.aborted) return;
    const why = signal.aborted || !(error instanceof Error) ? "it is silent" : error.message;
    tell(`the push gateway ${host} can't be reached (${why}): is gorush running there? Each push is tried five times.`);
  } finally {
    socket.destroy();
  }
}
