import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { EventLog } from "./event-log.ts";

/** Time that a program gets to end by itself before it is killed. */
const STOP_LIMIT_MS = 5_000;

const running = new Set<ChildProcessWithoutNullStreams>();

// A test run that dies must not leave programs behind. Those that read their input to its end stop by themselves too.
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** A program that is driven by lines on its standard input and answers with lines on its standard output. */
export class LineProcess {
  readonly name: string;
  readonly lines = new EventLog<string>();
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<unknown>;
  #errorOutput = "";

  constructor(command: string, args: readonly string[], cleanLine: (line: string) => string = (line) => line) {
    this.name = command;
    this.#child = spawn(command, args, { stdio: "pipe" });
    running.add(this.#child);
    this.#ended = once(this.#child, "close").catch(() => undefined);
    this.#readLines(cleanLine);
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#errorOutput += text;
    });
    this.#child.stdin.on("error", () => undefined); // the program may end while we write; `close` tells
    this.#child.on("error", (error) => this.lines.close(`cannot start ${command}: ${error.message}`));
    this.#child.on("close", (code, signal) => {
      running.delete(this.#child);
      this.lines.close(`${command} ended (${signal ?? `status ${code}`}) ${this.#errorOutput.trim()}`.trim());
    });
  }

  get errorOutput(): string {
    return this.#errorOutput;
  }

  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  write(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Asks the program to end (`lastLine`, then end of input); kills it when it does not. */
  async stop(lastLine?: string): Promise<void> {
    if (lastLine !== undefined) this.write(lastLine);
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), STOP_LIMIT_MS);
    await this.#ended;
    clearTimeout(timer);
  }

  /** Ends the program at once and without notice, as a crash would. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  /** Stops the program where it is: it keeps its connections, and says nothing on them any more. */
  freeze(): void {
    this.#child.kill("SIGSTOP");
  }

  #readLines(cleanLine: (line: string) => string): void {
    const pieces: string[] = []; // of the line under way: a long one arrives in many chunks
    this.#child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = chunk.split("\n");
      for (const [index, piece] of lines.entries()) {
        pieces.push(piece);
        if (index === lines.length - 1) return;
        this.lines.push(cleanLine(pieces.join("")));
        pieces.length = 0;
      }
    });
  }
}
