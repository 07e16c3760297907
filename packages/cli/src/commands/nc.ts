import { homedir } from "node:os";
import { join } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { qrCode } from "../cert/qr-code.ts";
import type { CommandContext } from "../command-context.ts";
import { wrongUse } from "../command-error.ts";
import { STATUSES_IN_WORDS } from "../connect-failure.ts";
import { ExitStatus } from "../exit-status.ts";
import { idsOf } from "../identity/key-ids.ts";
import { addPasswordOptions, type PasswordOptions } from "../identity/password.ts";
import { KnownDevices } from "../nc/known-devices.ts";
import { addLocalPortOptions, type LocalPortOptions } from "../nc/local-port-options.ts";
import { defaultDevice, ownDevice } from "../nc/own-device.ts";
import { runNc } from "../nc/run.ts";
import { channelName, parseService, type ServiceAddress } from "../nc/service-address.ts";
import type { NcSettings } from "../nc/settings.ts";
import { addTurnPasswordFile, relayOf } from "../nc/turn-options.ts";
import { PUBLIC_BOOTSTRAP } from "../one-shot/options.ts";
import { collect, collectHosts, durationOption, uint } from "../options.ts";
import { Output } from "../output/output.ts";

interface NcOptions extends PasswordOptions, LocalPortOptions {
  readonly listen?: boolean;
  readonly allow?: readonly string[];
  readonly allowAnybody?: boolean;
  readonly service?: readonly ServiceAddress[];
  readonly anyService?: boolean;
  readonly identity?: string;
  readonly printId?: boolean;
  readonly cache?: string;
  readonly bootstrap?: readonly string[];
  readonly proxy?: string;
  readonly network: number;
  readonly turn?: string;
  readonly turnUser?: string;
  readonly turnPassword?: string;
  readonly turnPasswordFile?: string;
  readonly turnRealm?: string;
  readonly portMapping: boolean;
  readonly loopback?: boolean;
  readonly timeout: number;
  readonly idle: number;
  readonly closeAtEnd?: boolean;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** What to do after a mistake. */
const HELP = "`hashmere nc --help` has examples.";

const EXAMPLES = `
Examples:
  hashmere nc --print-id                                        the id by which others connect here
  hashmere nc --listen --allow <id> --service 127.0.0.1:22      let a device reach our SSH server
  ssh -o ProxyCommand="hashmere nc <id> 127.0.0.1:22" me@home   from that device
  hashmere nc <id> -L 5432:127.0.0.1:5432                       a database port of another network
  hashmere nc <id> -D 1080                                      a SOCKS proxy into it

${STATUSES_IN_WORDS}`;

export function addNcCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("nc")
    .description("reach a TCP service beside a device of which the id is known alone, through NATs; or offer some")
    .argument(
      "[device]",
      "id of the device: 64 hexadecimal digits, or the 40 of the short one; or its name in ~/.config/hashmere/devices",
    )
    .argument("[service]", "host:port as the device names it, joined to standard input and output", service)
    .option("-l, --listen", "offer services, to those who are allowed")
    .addOption(
      new Option("--allow <id>", "with --listen: this device or account may connect; several times").argParser(
        collect((text) => text),
      ),
    )
    .option("--allow-anybody", "with --listen: everybody who knows our id may")
    .addOption(
      new Option("--service <host:port>", "with --listen: what may be reached; several times").argParser(
        collect(service),
      ),
    )
    .option("--any-service", "with --listen: whatever this machine can reach");
  addLocalPortOptions(command)
    .option(
      "-i, --identity <prefix>",
      "who we are: <prefix>.pem and <prefix>.crt, made if they aren't there (default: this user's device)",
    )
    .option("--print-id", "print the ids of this device, and end")
    .option("--cache <folder>", "where certificates of peers are kept")
    .addOption(
      new Option(
        "-b, --bootstrap <host[:port]>",
        `join through this node; several times (default: ${PUBLIC_BOOTSTRAP})`,
      ).argParser(collectHosts),
    )
    .option("--proxy <url>", "find the device through this proxy instead, over HTTP: where UDP is closed")
    .addOption(
      new Option("-n, --network <number>", "network to join; 0: the public one").default(0).argParser(uint(32)),
    )
    .option("--turn <host[:port]>", "relay for where there is no direct path")
    .option("--turn-user <name>", "and who we are to it")
    .option("--turn-password <password>", "other users of this machine can see it here")
    .option("--turn-realm <realm>", "")
    .option("--no-port-mapping", "leave the home router alone")
    .option("--loopback", "for two devices on this machine: use loopback addresses too")
    .addOption(durationOption("-t, --timeout <duration>", "for the channel to be open", "30s"))
    .addOption(
      durationOption("--idle <duration>", "after our input has ended, for a peer that can't be told so", "10s"),
    )
    .option("--close-at-end", "end both directions with our input")
    .option("--json", "errors, and what a server does, as JSON, an object a line")
    .option("-v, --verbose", "tell on stderr what happens")
    .addHelpText("after", EXAMPLES);
  addTurnPasswordFile(command, "turnPassword");
  addPasswordOptions(command).action(
    (device: string | undefined, target: ServiceAddress | undefined, options: NcOptions) =>
      context.run(() => nc(device, target, options, context)),
  );
}

async function nc(
  device: string | undefined,
  target: ServiceAddress | undefined,
  options: NcOptions,
  context: CommandContext,
): Promise<ExitStatus> {
  const output = new Output(context.streams, options.json ?? false);
  const task = options.printId ? undefined : taskOf(device, target, options, await KnownDevices.open());
  const identity = await ownDevice(options.identity ?? defaultDevice(), options, context, output);
  if (task === undefined) {
    const { id, longId } = idsOf(identity.key.publicKey);
    if (output.isJson) output.json({ device: longId, shortId: id });
    else output.line(`${longId}\n${id}${output.isTerminal ? `\n\n${qrCode(longId)}` : ""}`);
    return ExitStatus.done;
  }
  const settings: NcSettings = {
    identity,
    bootstrap: options.bootstrap ?? (options.proxy ? [] : [PUBLIC_BOOTSTRAP]),
    proxy: options.proxy,
    network: options.network,
    cachePath: options.cache ?? join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "hashmere", "connect"),
    turn: await turnOf(options, context),
    portMapping: options.portMapping && !options.loopback,
    loopback: options.loopback ?? false,
    verbose: options.verbose ?? false,
    timeoutMs: options.timeout,
    task,
  };
  return runNc(settings, context, output);
}

function taskOf(
  device: string | undefined,
  target: ServiceAddress | undefined,
  options: NcOptions,
  known: KnownDevices,
): NcSettings["task"] {
  const {
    listen,
    allow = [],
    allowAnybody,
    service: services = [],
    anyService,
    forward: forwards = [],
    socks = [],
  } = options;
  if (listen) {
    if (device !== undefined)
      throw wrongUse("--listen takes no device: name those who may connect with --allow.", HELP);
    if (services.length === 0 && !anyService)
      throw wrongUse("--listen needs --service host:port, or --any-service.", HELP);
    const allowed = allowAnybody ? "anybody" : allow.map((named) => idOf(named, known));
    return { kind: "serve", allow: allowed, services: anyService ? "any" : services };
  }
  if (device === undefined) throw wrongUse("Name the device to connect to, or --listen.", HELP);
  const id = idOf(device, known);
  const isListening = forwards.length + socks.length > 0;
  if (isListening === (target !== undefined))
    throw wrongUse("Name a service as host:port, or local ports with -L or -D.", HELP);
  if (target === undefined) return { kind: "listen", device: id, forwards, socks };
  const { idle: idleMs, closeAtEnd = false } = options;
  return { kind: "transfer", device: id, channel: channelName(target), idleMs, closeAtEnd };
}

function idOf(named: string, known: KnownDevices): string {
  const id = known.idOf(named);
  if (id === undefined)
    throw wrongUse(`"${named}" is no id (64 hexadecimal digits, or 40), and no name in your file of devices.`, HELP);
  return id;
}

function turnOf(options: NcOptions, context: CommandContext): Promise<NcSettings["turn"]> {
  const {
    turn: host,
    turnUser: user,
    turnPassword: password,
    turnPasswordFile: passwordFile,
    turnRealm: realm,
  } = options;
  return relayOf({ host, user, password, passwordFile, realm }, context.streams.stdin);
}

function service(text: string): ServiceAddress {
  const parsed = parseService(text);
  if (parsed) return parsed;
  throw new InvalidArgumentError("It must be host:port, as in 127.0.0.1:22.");
}
