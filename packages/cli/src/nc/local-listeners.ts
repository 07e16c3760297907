import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { type Channel, ConnectError } from "@hashmere/connect";
import { aborted } from "../aborted.ts";
import { CommandError } from "../command-error.ts";
import { ExitStatus } from "../exit-status.ts";
import { toCommandError } from "../failure.ts";
import type { Output } from "../output/output.ts";
import type { Forward } from "./forward.ts";
import { joinStreams } from "./join-streams.ts";
import { channelName, formatService, type ServiceAddress } from "./service-address.ts";
import { acceptSocks, replySocks } from "./socks.ts";

/** Connections to local ports that are open at a time; further ones wait to be accepted. */
const MAX_LOCAL_CONNECTIONS = 1024;

export interface LocalListeners {
  readonly forwards: readonly Forward[];
  /** Where a SOCKS proxy is offered. */
  readonly socks: readonly ServiceAddress[];
  /** Opens a channel to a service at the device. */
  connect(channel: string): Promise<Channel>;
  readonly output: Output;
}

/** Local ports that lead to services at the device, each connection over a channel of its own; until the signal. */
export async function listenLocally(listeners: LocalListeners, signal: AbortSignal): Promise<void> {
  const { forwards, socks, output } = listeners;
  const open = new Set<Socket>();
  const servers: Server[] = [];
  try {
    for (const { local, target } of forwards) {
      const accept = (socket: Socket) => handle(socket, listeners, async () => target);
      servers.push(await listen(local, open, accept));
      tell(output, servers.at(-1), `leads to ${formatService(target)} there`);
    }
    for (const local of socks) {
      const accept = (socket: Socket) => handle(socket, listeners, acceptSocks, replySocks);
      servers.push(await listen(local, open, accept));
      tell(output, servers.at(-1), "is a SOCKS proxy into its network");
    }
    await aborted(signal);
  } finally {
    for (const server of servers) server.close();
    for (const socket of open) socket.destroy();
  }
}

async function handle(
  socket: Socket,
  { connect, output }: LocalListeners,
  wanted: (socket: Socket) => Promise<ServiceAddress>,
  answer: (socket: Socket, error?: unknown) => void = () => {},
): Promise<void> {
  try {
    const target = await wanted(socket);
    const channel = await connect(channelName(target)).catch((error: unknown) => {
      if (socket.writable) answer(socket, error);
      throw error;
    });
    answer(socket);
    await joinStreams(channel, socket).catch(() => {}); // what breaks later shows in the connection itself
  } catch (error) {
    tellFailure(output, error);
  }
  socket.destroySoon();
}

async function listen(
  { host, port }: ServiceAddress,
  open: Set<Socket>,
  accept: (socket: Socket) => Promise<void>,
): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    open.add(socket);
    socket.on("error", () => {}).once("close", () => open.delete(socket));
    void accept(socket);
  });
  server.maxConnections = MAX_LOCAL_CONNECTIONS;
  server.listen(port, host);
  try {
    await once(server, "listening");
    return server;
  } catch (cause) {
    throw new CommandError({
      status: ExitStatus.couldNotStart,
      code: "ERR_LOCAL_PORT",
      message: `${formatService({ host, port })} can't be listened on: ${cause instanceof Error ? cause.message : cause}`,
      hint: "Choose another port, or 0 for any free one.",
      cause,
    });
  }
}

function tellFailure(output: Output, error: unknown): void {
  if (error instanceof ConnectError) output.error(toCommandError(error));
  else output.chatter(error instanceof Error ? error.message : String(error));
}

function tell(output: Output, server: Server | undefined, where: string): void {
  const bound = server?.address();
  if (typeof bound !== "object" || bound === null) return;
  const address = formatService({ host: bound.address, port: bound.port });
  if (output.isJson) output.json({ event: "listening", address });
  else output.chatter(`${address} ${where}`);
}
