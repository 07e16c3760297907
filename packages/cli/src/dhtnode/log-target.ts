import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import type { Writable } from "node:stream";
import type { Logger } from "@hashmere/dht";
import { CommandError } from "../command-error.ts";
import { ExitStatus } from "../exit-status.ts";
import { lineLogger } from "../output/line-logger.ts";

/** A place for the log other than the terminal. */
export interface LogTarget {
  readonly logger: Logger;
  close(): void;
}

/** Appends to a file. @throws CommandError when it can't be written */
export async function logFile(path: string): Promise<LogTarget> {
  const stream = createWriteStream(path, { flags: "a" });
  await opened(stream, "open", `can't write the log ${path}`);
  return { logger: lineLogger((line) => stream.write(line)), close: () => stream.end() };
}

/** Hands lines to the system's log through `logger`, the POSIX command. @throws CommandError when there is none */
export async function systemLog(): Promise<LogTarget> {
  const child = spawn("logger", ["-t", "dhtnode"], { stdio: ["pipe", "ignore", "ignore"] });
  await opened(child, "spawn", "can't write to the system's log");
  child.stdin.on("error", () => {}); // the system's log has gone away: the node goes on without
  child.unref();
  return { logger: lineLogger((line) => child.stdin.write(line)), close: () => child.stdin.end() };
}

async function opened(emitter: Writable | ReturnType<typeof spawn>, event: string, failure: string): Promise<void> {
  try {
    await once(emitter, event);
  } catch (cause) {
    throw new CommandError({
      status: ExitStatus.couldNotStart,
      code: "ERR_LOG",
      message: `${failure}: ${cause instanceof Error ? cause.message : cause}`,
      hint: "Choose another file with --logfile.",
      cause,
    });
  }
}
