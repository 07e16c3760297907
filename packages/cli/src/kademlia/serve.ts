import { existsSync } from "node:fs";
import { type NodeEvent, Server, startWebServer } from "@hashmere/kademlia";
import { aborted } from "../aborted.ts";
import type { CommandContext } from "../command-context.ts";
import { ExitStatus } from "../exit-status.ts";
import type { ServerOptions, WebAddress } from "./options.ts";
import { withUserErrors } from "./with-user-errors.ts";

export interface ServeOptions extends ServerOptions {
  readonly web?: WebAddress;
  readonly state?: string;
}

/** A server until Ctrl-C. */
export function serve(options: ServeOptions, { streams, interrupted }: CommandContext): Promise<ExitStatus> {
  const tell = (text: string) => streams.stderr.write(`${text}\n`);
  return withUserErrors(async () => {
    await using server = await start(options, (event) => report(event, tell));
    streams.stdout.write(`listening on UDP ${options.interface} port ${server.port}, id ${server.id}\n`);
    await using resources = new AsyncDisposableStack();
    if (options.web) {
      const web = resources.use(await startWebServer(server, options.web));
      streams.stdout.write(`web server at http://${options.web.host ?? "localhost"}:${web.port}/\n`);
    }
    if (options.state !== undefined) await server.saveStateRegularly(options.state);
    // It goes on trying by itself; whoever starts a first node should not have to wait for that.
    if (options.bootstrap) void server.bootstrap(options.bootstrap).catch(() => {});
    await aborted(interrupted);
    if (options.state !== undefined) await server.saveState(options.state);
    return ExitStatus.done;
  });
}

async function start(options: ServeOptions, onEvent: (event: NodeEvent) => void): Promise<Server> {
  const { port, interface: host, state } = options;
  if (state !== undefined && existsSync(state)) return Server.loadState(state, port, host, { onEvent });
  const server = new Server({ onEvent });
  await server.listen(port, host);
  return server;
}

function report(event: NodeEvent, tell: (text: string) => void): void {
  switch (event.type) {
    case "joined":
      tell("joined the network");
      break;
    case "bootstrap-failed":
      tell(
        `no answer from ${event.addresses.join(", ")}. Is a node running there, and its UDP port open? ` +
          `Trying again in ${Math.round(event.retryInMs / 1_000)} s …`,
      );
      break;
    case "superseded":
      tell(`the value at ${event.key} was replaced by somebody else; it is not published any more`);
      break;
    case "error":
      tell(String(event.error));
      break;
    case "contact":
      break;
  }
}
