import { type Command, Option } from "commander";
import type { CommandContext } from "../command-context.ts";
import { ExitStatus } from "../exit-status.ts";
import { addIdentityOptions, type OwnIdentityOptions } from "../identity/own-identity.ts";
import { parseKey } from "../key.ts";
import { addNodeOptions, KEY_HELP, type NodeOptions } from "../one-shot/options.ts";
import { parseWhere, WHERE_HELP } from "../one-shot/parse-where.ts";
import { withNode } from "../one-shot/with-node.ts";
import { duration, positive } from "../options.ts";
import { printable } from "../output/printable.ts";

interface ListenOptions extends NodeOptions, OwnIdentityOptions {
  readonly count?: number;
  /** ms */
  readonly for?: number;
  readonly where?: string;
}

export function addListenCommand(program: Command, context: CommandContext): void {
  const command = addNodeOptions(program.command("listen"), "give up when no connection is made in this time")
    .description("print what appears (+) and expires (-) under a key, until Ctrl-C")
    .argument("<key>", KEY_HELP)
    .addOption(new Option("-c, --count <number>", "end after so many values").argParser(positive))
    .addOption(new Option("--for <duration>", "end after this time").argParser(duration))
    .option("-w, --where <clause>", WHERE_HELP);
  addIdentityOptions(command, "decrypt with this private key").action((key: string, options: ListenOptions) =>
    context.run(() => listen(key, options, context)),
  );
}

async function listen(key: string, options: ListenOptions, context: CommandContext): Promise<ExitStatus> {
  const id = parseKey(key);
  const where = parseWhere(options.where);
  const { interrupted } = context;
  return withNode(options, context, async ({ node, output }) => {
    output.chatter(`listening at "${key}"; Ctrl-C ends that`);
    const signals = options.for === undefined ? [interrupted] : [interrupted, AbortSignal.timeout(options.for)];
    let seen = 0;
    for await (const { value, expired } of node.listen(id, { where, signal: AbortSignal.any(signals) })) {
      if (output.isJson) output.json({ value, expired });
      else output.line(`${expired ? "-" : "+"} ${printable(String(value))}`);
      if (!expired && ++seen === options.count) break;
    }
    interrupted.throwIfAborted();
    return ExitStatus.done;
  });
}
