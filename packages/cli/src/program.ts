import { Command, Help } from "commander";
import type { CommandContext } from "./command-context.ts";
import { addCertCommand } from "./commands/cert/cert.ts";
import { addCrtmgrCommand } from "./commands/crtmgr.ts";
import { addDecodeCommand } from "./commands/decode.ts";
import { addDhtchatCommand } from "./commands/dhtchat.ts";
import { addDhtnodeCommand } from "./commands/dhtnode.ts";
import { addDncCommand } from "./commands/dnc.ts";
import { addGetCommand } from "./commands/get.ts";
import { addKademliaCommand } from "./commands/kademlia.ts";
import { addListenCommand } from "./commands/listen.ts";
import { addNcCommand } from "./commands/nc.ts";
import { addPingCommand } from "./commands/ping.ts";
import { addProxyCommand } from "./commands/proxy.ts";
import { addPutCommand } from "./commands/put.ts";
import { addQueryCommand } from "./commands/query.ts";
import { addUrlCommand } from "./commands/url.ts";
import { spellOut } from "./dhtnode/abbreviations.ts";
import { VERSION } from "./version.ts";

const STATUSES = `
Exit status: 0 done, 1 wrong use, 2 could not start (port, file, key), 3 no network, 4 nothing found,
5 refused by the peer, 6 timed out, 130 interrupted.`;

/**
 * All commands. On wrong use, and after help and version, `parse` throws a CommanderError.
 * @param context.calledAs the drop-in that was started under its own name
 */
export function createProgram(args: readonly string[], context: CommandContext): { parse(): Promise<unknown> } {
  const program = new Command("hashmere")
    .description("A distributed hash table node that joins the OpenDHT network, and tools on it")
    .version(VERSION)
    .enablePositionalOptions()
    .configureHelp({ commandUsage: (command) => usageOf(command, context.calledAs) })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.streams.stdout.write(text),
      writeErr: (text) => context.streams.stderr.write(text),
      outputError: () => {}, // what is thrown tells as much
    })
    .addHelpText("after", STATUSES);
  const dropIns = [addDhtnodeCommand(program, context), addDhtchatCommand(program, context)];
  addGetCommand(program, context);
  addPutCommand(program, context);
  addListenCommand(program, context);
  addQueryCommand(program, context);
  addPingCommand(program, context);
  addDecodeCommand(program, context);
  addCertCommand(program, context);
  dropIns.push(addCrtmgrCommand(program, context));
  addKademliaCommand(program, context);
  addNcCommand(program, context);
  dropIns.push(addDncCommand(program, context));
  addProxyCommand(program, context);
  addUrlCommand(program, context);
  return {
    parse: () => {
      const [name = "", ...rest] = args;
      const dropIn = dropIns.find((command) => command.name() === name || command.aliases().includes(name));
      const names = ["--help", ...(dropIn?.options.flatMap(({ long }) => long ?? []) ?? [])];
      return program.parseAsync(dropIn ? [name, ...spellOut(rest, names)] : args, { from: "user" });
    },
  };
}

/** A drop-in that was started under its own name goes by that alone. */
function usageOf(command: Command, calledAs: string | undefined): string {
  return command.name() === calledAs ? `${calledAs} ${command.usage()}` : new Help().commandUsage(command);
}
