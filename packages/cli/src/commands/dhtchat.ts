import type { Command } from "commander";
import { reportSilence } from "../bootstrap-report.ts";
import { CHAT_HINT, Chat } from "../chat/chat.ts";
import type { CommandContext } from "../command-context.ts";
import { describeNode } from "../dhtnode/node-info.ts";
import { addRunnerOptions, type DhtnodeOptions } from "../dhtnode/options.ts";
import { announceBootstrap, withRunningNode } from "../dhtnode/with-running-node.ts";
import type { ExitStatus } from "../exit-status.ts";
import { lineLogger } from "../output/line-logger.ts";

export function addDhtchatCommand(program: Command, context: CommandContext): Command {
  return addRunnerOptions(program.command("dhtchat"), "dhtchat, a chat over OpenDHT")
    .description("talk in rooms on the DHT, signed or encrypted: a drop-in for dhtchat")
    .action((options: DhtnodeOptions) => context.run(() => dhtchat(options, context)));
}

/** Without an identity from files, everybody gets a new one. */
async function dhtchat(given: DhtnodeOptions, context: CommandContext): Promise<ExitStatus> {
  process.on("SIGHUP", () => {}); // a terminal that closes is no reason to stop
  const { streams, interrupted } = context;
  const isKnown = given.certificate !== undefined || given.privkey !== undefined;
  const options = isKnown ? given : { ...given, identity: true };
  const chat = new Chat(streams);
  const terminal = lineLogger((line) => chat.complain(line.trimEnd()), streams.stderr.isTTY);
  return withRunningNode(options, terminal, context, async (node) => {
    announceBootstrap(options, streams);
    reportSilence(node, options.bootstrap ?? [], (text) => chat.complain(text));
    chat.print(`${describeNode(node)}\n${CHAT_HINT}\n`);
    await chat.run(node, interrupted);
    chat.print("\nStopping node...");
  });
}
