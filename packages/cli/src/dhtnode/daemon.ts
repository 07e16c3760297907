import { spawn } from "node:child_process";
import { CommandError } from "../command-error.ts";
import { ExitStatus } from "../exit-status.ts";
import { PASSWORD_VARIABLE } from "../identity/password.ts";
import { DAEMON_CHILD } from "./options.ts";

/** What the process in the background tells the one that started it: it runs, or why it doesn't. */
type Report =
  | { readonly running: true }
  | { readonly failure: { readonly message: string; readonly status: ExitStatus } };

/**
 * Starts this very command line again, in a session of its own and with no terminal, and waits until it runs.
 * @param password of the private key, where it was typed at the terminal
 * @returns its process id
 * @throws CommandError when it doesn't come up
 */
export async function startDaemon(password?: string): Promise<number> {
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1), DAEMON_CHILD], {
    detached: true,
    env: { ...process.env, ...(password !== undefined && { [PASSWORD_VARIABLE]: password }) },
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  const report = await new Promise<Report>((resolve) => {
    child.once("message", (message) => resolve(message as Report)); // our own program speaks
    child.once("error", ({ message }) => resolve(failure(message)));
    child.once("exit", (code) => resolve(failure(`the node ended at once, with status ${code}`)));
  });
  if ("failure" in report) {
    throw new CommandError({ ...report.failure, code: "ERR_DAEMON" });
  }
  child.disconnect();
  child.unref();
  return child.pid ?? 0;
}

/** Called in the background process: it runs. */
export function reportRunning(): void {
  report({ running: true });
}

/** Called in the background process: it doesn't come up. */
export function reportFailure({ message, status }: CommandError): void {
  report({ failure: { message, status } });
}

function report(report: Report): void {
  process.send?.(report, () => process.disconnect?.());
}

function failure(message: string): Report {
  return { failure: { message, status: ExitStatus.couldNotStart } };
}
