import { splitHostPort } from "@hashmere/dht";
import type { ShellCommand } from "../shell-command.ts";
import { ShellError } from "../shell-error.ts";

export const bootstrap: ShellCommand = {
  names: ["b"],
  usage: "<host:port>",
  summary: "Join through the node at this host name or address, and port.",
  run(args, { node }) {
    const word = args.word();
    if (word === undefined) throw new ShellError("No service provided. Syntax: b hostname:port");
    const { host, port } = splitHostPort(word);
    if (host === "" || !port) throw new ShellError(`"${word}" is no address. Syntax: b hostname:port`);
    node.addBootstrap(host, port);
  },
};

export const connectivityChanged: ShellCommand = {
  names: ["cc"],
  usage: "",
  summary: "Trigger connectivity changed signal.",
  run: (_args, { node }) => node.connectivityChanged(),
};
