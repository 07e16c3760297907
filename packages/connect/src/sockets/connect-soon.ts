import { connect, type Socket, type TcpNetConnectOpts } from "node:net";

/** Longer than most round trips, and shorter than the second after which systems repeat a first packet. */
const SECOND_ATTEMPT_MS = 300;

/**
 * Opens a TCP connection. A first packet that gets lost would cost a second, so another connection is tried meanwhile, and the
 * one that opens first is taken. Rejects with the system's error, or the signal's reason.
 */
export async function connectSoon(options: TcpNetConnectOpts, signal: AbortSignal): Promise<Socket> {
  signal.throwIfAborted();
  const opened = Promise.withResolvers<Socket>();
  const attempts: Socket[] = [];
  let failed = 0;
  const attempt = () => {
    const socket = connect(options);
    attempts.push(socket);
    socket.once("connect", () => opened.resolve(socket));
    // Errors come to whoever takes the connection; until then, one must not end the program.
    socket.on("error", (error) => ++failed === attempts.length && opened.reject(error));
  };
  const onAbort = () => opened.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  attempt();
  // From a fixed port there is but one connection.
  const second = options.localPort === undefined ? setTimeout(attempt, SECOND_ATTEMPT_MS) : undefined;
  let taken: Socket | undefined;
  try {
    taken = await opened.promise;
    return taken;
  } finally {
    clearTimeout(second);
    signal.removeEventListener("abort", onAbort);
    for (const socket of attempts) if (socket !== taken) socket.destroy();
  }
}
