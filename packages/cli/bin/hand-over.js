import { spawn } from "node:child_process";
import { constants } from "node:os";

const FORWARDED = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

/**
 * Runs a program in this one's place, as `exec` would: same terminal, same signals, same exit status.
 *
 * @param {string} program path of the executable
 * @param {readonly string[]} args
 */
export function handOver(program, args) {
  const child = spawn(program, args, { stdio: "inherit" });
  for (const signal of FORWARDED) {
    process.on(signal, () => {
      if (signal !== "SIGINT" || !hasTerminal()) child.kill(signal);
    });
  }
  child.on("error", (error) => {
    process.stderr.write(`${program} could not be started: ${error.message}\n`);
    process.exit(2);
  });
  child.on("exit", (code, signal) => process.exit(signal === null ? (code ?? 1) : 128 + constants.signals[signal]));
}

/** On a terminal Ctrl-C reaches the whole process group: the program has it already, and a second one would mean "now!". */
function hasTerminal() {
  return process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
}
