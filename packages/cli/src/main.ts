import { CommanderError } from "commander";
import type { CommandContext } from "./command-context.ts";
import { CommandError, wrongUse } from "./command-error.ts";
import { ExitStatus } from "./exit-status.ts";
import { toCommandError } from "./failure.ts";
import { Output, type Streams } from "./output/output.ts";
import { createProgram } from "./program.ts";

/** What to do after a mistake. */
const HELP = "The option --help, also after a command, shows what is possible.";

/**
 * Runs one command line.
 * @param args what follows the program's name
 * @param calledAs the drop-in that was started under its own name, which is the first of `args` then
 * @returns the exit status
 */
export async function main(
  args: readonly string[],
  streams: Streams = process,
  calledAs?: string,
): Promise<ExitStatus> {
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  // A second signal ends the program at once.
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  let failedWrite: NodeJS.ErrnoException | undefined;
  const onFailedWrite = (error: Error) => {
    failedWrite ??= error;
    interrupt();
  };
  streams.stdout.on("error", onFailedWrite);
  streams.stderr.on("error", onFailedWrite);
  const report = (error: unknown) => {
    const failure = toCommandError(error);
    new Output(streams, args.includes("--json")).error(failure);
    return failure.status;
  };
  try {
    const status = await run(args, { streams, interrupted: interruption.signal, calledAs });
    return failedWrite && failedWrite.code !== "EPIPE" ? report(outputLost(failedWrite)) : status;
  } catch (error) {
    // Whoever read the output has enough, as with `| head`.
    if (failedWrite) return failedWrite.code === "EPIPE" ? ExitStatus.done : report(outputLost(failedWrite));
    return interruption.signal.aborted ? ExitStatus.interrupted : report(error);
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}

async function run(args: readonly string[], start: Omit<CommandContext, "run">): Promise<ExitStatus> {
  let status: ExitStatus = ExitStatus.done;
  const program = createProgram(args, {
    ...start,
    run: async (command) => {
      status = await command();
    },
  });
  try {
    await program.parse();
    return status;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return ExitStatus.done; // help or version was asked for, and shown
    if (error.code === "commander.help") return ExitStatus.wrongUse; // no command: the help was shown
    throw wrongUse(error.message.replace(/^error: /, ""), HELP, error);
  }
}

function outputLost(cause: Error): CommandError {
  return new CommandError({
    status: ExitStatus.couldNotStart,
    code: "ERR_OUTPUT",
    message: `the output can't be written: ${cause.message}`,
    reason: "The disk is full, or what stands behind the output has failed.",
    hint: "Write to another place.",
    cause,
  });
}
