import { type Command, Option } from "commander";
import { collectHosts, durationOption, uint } from "../options.ts";
import { CA_HELP } from "../proxy/client-options.ts";

/** The way into the public network when no other is given. */
export const PUBLIC_BOOTSTRAP = "bootstrap.jami.net:4222";

/** What all commands that start a node for one purpose have in common. */
export interface NodeOptions {
  readonly bootstrap?: readonly string[];
  /** Act through this proxy, without a node of our own in the network. */
  readonly proxy?: string;
  /** File with the authorities whose proxies are trusted. */
  readonly ca?: string;
  readonly network: number;
  readonly port: number;
  /** ms */
  readonly timeout: number;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** @param limits what `--timeout` limits */
export function addNodeOptions(command: Command, limits = "give up after this time (500ms, 5s, 2min)"): Command {
  return command
    .addOption(
      new Option(
        "-b, --bootstrap <host[:port]>",
        `join through this node; may be given several times (default: ${PUBLIC_BOOTSTRAP})`,
      ).argParser(collectHosts),
    )
    .option("--proxy <url>", "act through this proxy instead, over HTTP: host:port or URL")
    .option("--ca <file>", CA_HELP)
    .addOption(
      new Option("-n, --network <number>", "network to join; 0: the public one").default(0).argParser(uint(32)),
    )
    .addOption(new Option("-p, --port <port>", "UDP port; 0: any free one").default(0).argParser(uint(16)))
    .addOption(durationOption("-t, --timeout <duration>", limits, "30s"))
    .option("--json", "data and errors as JSON, an object a line")
    .option("-v, --verbose", "tell on stderr what the node does");
}

/** Help text of the argument that names a key. */
export const KEY_HELP = "40 hexadecimal digits, or any text (it stands for its SHA-1)";
