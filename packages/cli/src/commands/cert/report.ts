import type { CommandContext } from "../../command-context.ts";
import { ExitStatus } from "../../exit-status.ts";
import { Output } from "../../output/output.ts";

/** Tells what was made, a line each. */
export function report(
  { streams }: CommandContext,
  { json = false }: { readonly json?: boolean },
  made: Readonly<Record<string, unknown>>,
): ExitStatus {
  const output = new Output(streams, json);
  if (json) output.json(made);
  else for (const [name, value] of Object.entries(made)) output.line(`${name.padEnd(12)} ${value}`);
  return ExitStatus.done;
}
