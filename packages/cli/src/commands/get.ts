import type { Value } from "@hashmere/dht";
import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { ExitStatus } from "../exit-status.ts";
import { addIdentityOptions, type OwnIdentityOptions } from "../identity/own-identity.ts";
import { parseKey } from "../key.ts";
import { nothingFound } from "../one-shot/nothing-found.ts";
import { addNodeOptions, KEY_HELP, type NodeOptions } from "../one-shot/options.ts";
import { parseWhere, WHERE_HELP } from "../one-shot/parse-where.ts";
import { withNode } from "../one-shot/with-node.ts";
import type { Output } from "../output/output.ts";
import { printableLines } from "../output/printable.ts";

interface GetOptions extends NodeOptions, OwnIdentityOptions {
  readonly first?: boolean;
  readonly where?: string;
}

export function addGetCommand(program: Command, context: CommandContext): void {
  const command = addNodeOptions(program.command("get"))
    .description("print the values under a key: their bytes, and a line break between two")
    .argument("<key>", KEY_HELP)
    .option("-1, --first", "stop at the first value")
    .option("-w, --where <clause>", WHERE_HELP);
  addIdentityOptions(command, "decrypt with this private key").action((key: string, options: GetOptions) =>
    context.run(() => get(key, options, context)),
  );
}

async function get(key: string, options: GetOptions, context: CommandContext): Promise<ExitStatus> {
  const id = parseKey(key);
  const where = parseWhere(options.where);
  return withNode(options, context, async ({ node, output, limit, elapsed }) => {
    output.progress("asking …");
    const found = node.get(id, { where });
    // At the time limit what has come counts as the answer.
    limit.addEventListener("abort", () => found.cancel(), { once: true });
    let count = 0;
    for await (const value of found) {
      printValue(value, count++, output);
      if (options.first) break;
    }
    context.interrupted.throwIfAborted();
    if (count > 0) return ExitStatus.done;
    const { ok, nodes } = await found.done;
    const what = `no value at "${key}"`;
    throw nothingFound({ what, ok, nodesAsked: nodes.length, isTimeOver: limit.aborted, elapsed: elapsed() });
  });
}

/** To a pipe the bytes and nothing else, with a line break between two values; to a terminal as text that can do no harm. */
function printValue(value: Value, index: number, output: Output): void {
  if (output.isJson) output.json(value);
  else if (output.isTerminal) output.line(printableLines(value.text()));
  else {
    if (index > 0) output.bytes(NEWLINE);
    output.bytes(value.data);
  }
}

const NEWLINE = new TextEncoder().encode("\n");
