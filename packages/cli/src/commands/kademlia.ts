import { DEFAULT_PORT } from "@hashmere/kademlia";
import { type Command, Option } from "commander";
import type { CommandContext } from "../command-context.ts";
import { get, type OneShotOptions, set } from "../kademlia/one-shot.ts";
import { collectPlaces, webAddress } from "../kademlia/options.ts";
import { type ServeOptions, serve } from "../kademlia/serve.ts";
import { durationOption, uint } from "../options.ts";

const KEY_HELP = "any text; its SHA-1 is where the value lives";

export function addKademliaCommand(program: Command, context: CommandContext): void {
  const kademlia = addServerOptions(program.command("kademlia"), DEFAULT_PORT)
    .description("run a node of the network that Python's kademlia library speaks")
    .enablePositionalOptions()
    .option("-w, --web [address:]port", "answer over HTTP: /dht/<key> and /neighbours", webAddress)
    .option("-s, --state <file>", "go on from this file if it is there, and keep the state in it")
    .action((options: ServeOptions) => context.run(() => serve(options, context)));

  addOneShotOptions(kademlia.command("get"))
    .description("print the value at a key")
    .argument("<key>", KEY_HELP)
    .addHelpText("after", "\nExit status 4: there is no value.")
    .action((key: string, options: OneShotOptions) =>
      context.run(() => get(key, inherited(kademlia, options), context)),
    );

  addOneShotOptions(kademlia.command("set"))
    .description("store a value at a key")
    .argument("<key>", KEY_HELP)
    .argument("<value>", "text; - reads it from standard input")
    .action((key: string, value: string, options: OneShotOptions) =>
      context.run(() => set(key, value, inherited(kademlia, options), context)),
    );
}

/** A network named before `get` or `set` serves as well as one named behind. */
function inherited(kademlia: Command, options: OneShotOptions): OneShotOptions {
  return { ...kademlia.opts<Pick<OneShotOptions, "bootstrap">>(), ...options };
}

function addServerOptions(command: Command, port: number): Command {
  return command
    .addOption(new Option("-p, --port <port>", "UDP port; 0: any free one").default(port).argParser(uint(16)))
    .option("-i, --interface <address>", "address of this machine to use; :: for IPv4 and IPv6", "0.0.0.0")
    .option("-b, --bootstrap <host:port...>", "join through these nodes", collectPlaces);
}

function addOneShotOptions(command: Command): Command {
  return addServerOptions(command, 0)
    .addOption(durationOption("-t, --timeout <duration>", "give up after this time", "30s"))
    .option("--json", "data and errors as JSON");
}
