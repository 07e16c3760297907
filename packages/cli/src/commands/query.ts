import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { ExitStatus } from "../exit-status.ts";
import { parseKey } from "../key.ts";
import { nothingFound } from "../one-shot/nothing-found.ts";
import { addNodeOptions, KEY_HELP, type NodeOptions } from "../one-shot/options.ts";
import { withNode } from "../one-shot/with-node.ts";
import { parseQuery } from "../parse-query.ts";

export function addQueryCommand(program: Command, context: CommandContext): void {
  addNodeOptions(program.command("query"))
    .description("print some fields of the values under a key, as JSON")
    .argument("<key>", KEY_HELP)
    .argument("[query]", 'such as "SELECT id,user_type WHERE value_type=0"')
    .action((key: string, query: string | undefined, options: NodeOptions) =>
      context.run(() => run(key, query, options, context)),
    );
}

async function run(
  key: string,
  text: string | undefined,
  options: NodeOptions,
  context: CommandContext,
): Promise<ExitStatus> {
  const id = parseKey(key);
  const query = parseQuery(text ?? "");
  return withNode(options, context, async ({ node, output, limit, elapsed }) => {
    output.progress("asking …");
    const found = node.query(id, query);
    limit.addEventListener("abort", () => found.cancel(), { once: true });
    let count = 0;
    for await (const { id, valueType, owner, seq, userType } of found) {
      output.json({ ...(id !== undefined && { id: id.toString() }), valueType, owner, seq, userType });
      count++;
    }
    context.interrupted.throwIfAborted();
    if (count > 0) return ExitStatus.done;
    const { ok, nodes } = await found.done;
    const what = `no value at "${key}" fits`;
    throw nothingFound({ what, ok, nodesAsked: nodes.length, isTimeOver: limit.aborted, elapsed: elapsed() });
  });
}
