// Source: DHTNet's tools, dnc: its options and its configuration file.
import { type Command, InvalidArgumentError, Option } from "commander";
import type { CommandContext } from "../command-context.ts";
import { wrongUse } from "../command-error.ts";
import { STATUSES_IN_WORDS } from "../connect-failure.ts";
import { ExitStatus } from "../exit-status.ts";
import { openIdentity } from "../identity/open-identity.ts";
import { tryParseKeyId } from "../identity/own-identity.ts";
import { addPasswordOptions, type PasswordOptions } from "../identity/password.ts";
import { dhtnetCacheFolder } from "../nc/cache-folder.ts";
import { addLocalPortOptions, type LocalPortOptions } from "../nc/local-port-options.ts";
import { defaultDevice, ownDevice } from "../nc/own-device.ts";
import { runNc } from "../nc/run.ts";
import { channelName } from "../nc/service-address.ts";
import type { NcSettings } from "../nc/settings.ts";
import { addTurnPasswordFile, relayOf } from "../nc/turn-options.ts";
import { type DncFile, readDncFile } from "../nc/yaml-file.ts";
import { PUBLIC_BOOTSTRAP } from "../one-shot/options.ts";
import { collect, durationOption, uint } from "../options.ts";
import { Output } from "../output/output.ts";
import { VERSION } from "../version.ts";

interface DncOptions extends PasswordOptions, LocalPortOptions {
  readonly listen?: boolean;
  readonly allow?: readonly string[];
  readonly ip?: string;
  readonly port?: number;
  readonly bootstrap?: string;
  readonly turn_host?: string;
  readonly turn_user?: string;
  readonly turn_pass?: string;
  readonly turn_realm?: string;
  readonly turnPasswordFile?: string;
  readonly certificate?: string;
  readonly privateKey?: string;
  readonly configuration?: string;
  readonly anonymous?: boolean;
  readonly anyService?: boolean;
  readonly loopback?: boolean;
  readonly timeout: number;
  readonly version: number;
}

/** What to do after a mistake. */
const HELP = "`dnc --help` lists the options.";

const MORE = `
${STATUSES_IN_WORDS}`;

/** Where DHTNet's tools ask for a connection when they are told nothing. */
const DEFAULT_TARGET = { host: "127.0.0.1", port: 22 } as const;

export function addDncCommand(program: Command, context: CommandContext): Command {
  const command = program
    .command("dnc")
    .description("netcat by public key: a drop-in for dnc")
    .argument("[peer_id]", "device to connect to: 64 hexadecimal digits, or the 40 of the short id")
    .option("-l, --listen", "server mode")
    .option("-i, --ip <host>", "host to ask for (default: 127.0.0.1)")
    .addOption(new Option("-P, --port <port>", "port to ask for (default: 22)").argParser(uint(16)))
    .option("-b, --bootstrap <host[:port]>", `join through this node (default: ${PUBLIC_BOOTSTRAP})`)
    .option("-t, --turn_host <host[:port]>", "relay for where there is no direct path")
    .option("-u, --turn_user <name>", "and who we are to it")
    .option("-w, --turn_pass <password>", "other users of this machine can see it here")
    .option("-r, --turn_realm <realm>", "")
    .option("-c, --certificate <file>", "certificate chain (default: this user's device, made at the first run)")
    .option("-p, --privateKey <file>", "and its private key")
    .option("-d, --configuration <file>", "YAML file with these settings; the command line wins")
    .option("-a, --anonymous", "server: anybody may connect; else devices of our own authority, and those allowed")
    .addOption(
      new Option("--allow <id>", "server: this device or account may connect; several times").argParser(collect(keyId)),
    )
    .option("--any-service", "server: without authorized_services in the file, offer whatever this machine can reach")
    .option("--loopback", "for two devices on this machine: use loopback addresses too")
    .addOption(durationOption("--timeout <duration>", "for the channel to be open", "30s"))
    .addOption(
      new Option("-v, --version", "print the version; twice: tell on stderr what happens")
        .default(0)
        .argParser((_, earlier: number) => earlier + 1),
    )
    .addHelpText("after", MORE);
  addLocalPortOptions(command);
  addTurnPasswordFile(command, "turn_pass");
  return addPasswordOptions(command).action((peer: string | undefined, options: DncOptions) =>
    context.run(() => dnc(peer, options, context)),
  );
}

async function dnc(peer: string | undefined, options: DncOptions, context: CommandContext): Promise<ExitStatus> {
  const output = new Output(context.streams, false);
  if (options.version === 1) {
    output.line(`dnc v1.0\nHashmere ${VERSION}`);
    return ExitStatus.done;
  }
  const file = options.configuration === undefined ? {} : await readDncFile(options.configuration);
  const given = { ...file, ...options };
  const task = taskOf(peer, given);
  const settings: NcSettings = {
    identity: await identityOf(given, context, output),
    bootstrap: [given.bootstrap || PUBLIC_BOOTSTRAP],
    proxy: undefined,
    network: 0,
    cachePath: dhtnetCacheFolder(),
    turn: await turnOf(given, context),
    portMapping: (file.enable_upnp ?? true) && !options.loopback,
    loopback: options.loopback ?? false,
    verbose: options.version > 1 || (file.verbose ?? false),
    timeoutMs: options.timeout,
    task,
  };
  return runNc(settings, context, output);
}

type Given = DncFile & DncOptions;

function taskOf(peer: string | undefined, given: Given): NcSettings["task"] {
  const { listen, anonymous, allow = [], authorized_services: listed = [], anyService } = given;
  if (listen) {
    // To the original an empty list means everything: an open door into this machine's network, for whoever gets in.
    const services = listed.length === 0 && anyService ? "any" : listed;
    if (services.length === 0)
      throw wrongUse("Nothing to offer: list authorized_services in the file, or say --any-service.", HELP);
    return { kind: "serve", allow: anonymous ? "anybody" : allow, services };
  }
  if (peer === undefined) throw wrongUse("Error: Missing peer_id argument.", HELP);
  if (tryParseKeyId(peer) === undefined)
    throw wrongUse(`"${peer}" is no id: it has 64 hexadecimal digits, or 40.`, HELP);
  const { forward: forwards = [], socks = [] } = given;
  if (forwards.length + socks.length > 0) return { kind: "listen", device: peer, forwards, socks };
  const { ip: host = DEFAULT_TARGET.host, port = DEFAULT_TARGET.port } = given;
  return { kind: "transfer", device: peer, channel: channelName({ host, port }), idleMs: 10_000, closeAtEnd: false };
}

function keyId(text: string): string {
  if (tryParseKeyId(text) !== undefined) return text;
  throw new InvalidArgumentError("It must be an id of 64 hexadecimal digits, or 40.");
}

async function identityOf(given: Given, context: CommandContext, output: Output) {
  const { certificate, privateKey } = given;
  if (certificate && privateKey) return openIdentity(privateKey, certificate, given, context);
  if (certificate || privateKey)
    throw wrongUse("A certificate needs its private key, and the other way round: give -c and -p.", HELP);
  return ownDevice(defaultDevice(), given, context, output);
}

function turnOf(given: Given, context: CommandContext): Promise<NcSettings["turn"]> {
  const {
    turn_host: host,
    turn_user: user,
    turn_pass: password,
    turn_realm: realm,
    turnPasswordFile: passwordFile,
  } = given;
  return relayOf({ host, user, password, passwordFile, realm }, context.streams.stdin);
}
