import { type Command, Option } from "commander";
import { addPasswordOptions, type PasswordOptions } from "../identity/password.ts";
import { collectHosts, uint } from "../options.ts";
import { addProxyClientOptions, type ProxyClientOptions } from "../proxy/client-options.ts";
import { addProxyServerOptions, type ProxyServerOptions } from "../proxy/options.ts";
import { VERSION } from "../version.ts";

export interface DhtnodeOptions extends PasswordOptions, ProxyServerOptions, ProxyClientOptions {
  readonly port: number;
  readonly net: number;
  /** What the other commands call `net`. */
  readonly network?: number;
  readonly bootstrap?: readonly string[];
  readonly verbose?: boolean;
  readonly logfile?: string;
  readonly syslog?: boolean;
  readonly service?: boolean;
  readonly daemonize?: boolean;
  readonly daemonChild?: boolean;
  readonly peerDiscovery?: boolean;
  /** False with `--no-rate-limit`. */
  readonly rateLimit: boolean;
  readonly publicStable?: boolean;
  readonly persist?: string;
  /** Generate one. */
  readonly identity?: boolean;
  /** Prefix of the files to write. */
  readonly saveIdentity?: string;
  readonly certificate?: string;
  readonly privkey?: string;
}

/** The hidden option of the process that `--daemonize` leaves running. */
export const DAEMON_CHILD = "--daemon-child";

export function addDhtnodeOptions(command: Command): Command {
  const dhtnode = addProxyServerOptions(addRunnerOptions(command, "dhtnode, an OpenDHT node with a prompt"));
  return addProxyClientOptions(dhtnode)
    .option("-s, --service", "no prompt: run until a signal comes")
    .option("-d, --daemonize", "no prompt: run in the background")
    .addOption(new Option(DAEMON_CHILD).hideHelp());
}

/** What OpenDHT's programs with a node have in common. */
export function addRunnerOptions(command: Command, what: string): Command {
  addPasswordOptions(command, "-m, --privkey-password <text>");
  return command
    .addOption(
      new Option("-p, --port <port>", "UDP port, IPv4 and IPv6; 0: any free one").default(0).argParser(uint(16)),
    )
    .addOption(new Option("-n, --net <number>", "network id; 0: the public network").default(0).argParser(uint(32)))
    .addOption(
      new Option("-b, --bootstrap <host[:port]>", "join through this node; may be given several times").argParser(
        collectHosts,
      ),
    )
    .option("-D, --peer-discovery", "find nodes in the local network, and be found there")
    .option("-f, --persist <path>", "keep the node's state in this file, its ports in <path>_port.txt")
    .option("-v, --verbose", "log to standard error")
    .option("-l, --logfile <path>", "log to this file")
    .option("-L, --syslog", "log to the system's log")
    .option("-U, --no-rate-limit", "no limits on requests, searches and the values held")
    .option("-P, --public-stable", "this node has a steady public address")
    .option("-i, --identity", "make a new identity, to sign and decrypt values with")
    .option("-I, --save-identity <prefix>", "with -i: keep it in <prefix>.pem and .crt, its authority in <prefix>_ca.*")
    .option("-c, --certificate <path>", "use this identity: the certificate, PEM (a chain) or DER")
    .option("-k, --privkey <path>", "and its private key")
    .addOption(new Option("--network <number>", "as --net").argParser(uint(32)).hideHelp())
    .addOption(new Option("-O", "has no effect").hideHelp())
    .version(`Hashmere version ${VERSION}\n${what}.`, "-V, --version");
}
