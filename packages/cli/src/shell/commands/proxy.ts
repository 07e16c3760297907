import type { Arguments } from "../arguments.ts";
import type { ShellCommand, ShellSession } from "../shell-command.ts";
import { ShellError } from "../shell-error.ts";

export const startProxy: ShellCommand = {
  names: ["pst"],
  usage: "<port> [pushserver]",
  summary: "Start the REST proxy over HTTP on this port.",
  run: (args, session) => start(args, session, false),
};

export const startSecureProxy: ShellCommand = {
  names: ["psx"],
  usage: "<port> [pushserver]",
  summary: "Start the REST proxy over HTTPS on this port.",
  run: (args, session) => start(args, session, true),
};

export const stopProxy: ShellCommand = {
  names: ["psp"],
  usage: "<port>",
  summary: "Stop the proxy on this port.",
  async run(args, { proxies, complain }) {
    const port = portOf(args, "psp port");
    if (!(await proxies.stop(port))) complain(`There is no proxy on port ${port}.`);
  },
};

async function start(args: Arguments, { proxies, print }: ShellSession, isSecure: boolean): Promise<void> {
  const port = portOf(args, `${isSecure ? "psx" : "pst"} port [pushserver]`);
  try {
    const { url } = await proxies.start(port, { isSecure, gateway: args.word() });
    print(`Proxy at ${url}`);
  } catch (error) {
    // A port that is taken, a file that can't be read: all of it is told, none of it ends the node.
    throw new ShellError(error instanceof Error ? error.message : String(error));
  }
}

function portOf(args: Arguments, syntax: string): number {
  const word = args.word() ?? "";
  const port = /^\d{1,5}$/.test(word) ? Number(word) : 0;
  if (port === 0 || port > 65_535) throw new ShellError(`"${word}" is no port. Syntax: ${syntax}`);
  return port;
}
