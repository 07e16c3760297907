import type { ExitStatus } from "./exit-status.ts";
import type { Streams } from "./output/output.ts";

/** What every command gets from `main`. */
export interface CommandContext {
  readonly streams: Streams;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly interrupted: AbortSignal;
  /** The drop-in that was started under its own name, as in `dnc --help`. */
  readonly calledAs?: string | undefined;
  /** Runs a command and keeps the exit status that it ends with. */
  run(command: () => Promise<ExitStatus>): Promise<void>;
}
