import { clearScreenDown, createInterface, cursorTo, type Interface } from "node:readline";
import type { Streams } from "../output/output.ts";

const DEFAULT_PROMPT = ">> ";

export interface ScreenOptions {
  /** What stands before the next line to be typed. Default: `>> ` */
  prompt?(): string;
  /** Lines of earlier times, the newest first. */
  readonly history?: readonly string[];
  readonly historySize?: number;
  /** Words that could complete what has been typed. */
  complete?(line: string): readonly string[];
  /** The lines typed so far, the newest first, whenever there is one more. */
  onHistory?(lines: readonly string[]): void;
}

/**
 * A prompt, and output that may come at any time. On a terminal the prompt is drawn anew below the output; in a pipe
 * each line read is repeated after the prompt, as programs do that use GNU readline.
 */
export class Screen {
  readonly #streams: Streams;
  readonly #options: ScreenOptions;
  readonly #isTerminal: boolean;
  /** While lines are read. */
  #interface: Interface | undefined;
  #isPrompting = false;

  constructor(streams: Streams, options: ScreenOptions = {}) {
    this.#streams = streams;
    this.#options = options;
    this.#isTerminal = streams.stdin.isTTY === true && streams.stdout.isTTY === true;
  }

  /** Reads lines until the input ends, Ctrl-C, `close()`, or an abort. */
  async read(onLine: (line: string) => void, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const lines = this.#open();
    this.#interface = lines;
    const closed = Promise.withResolvers<void>();
    const close = () => this.close();
    lines.once("close", () => closed.resolve());
    lines.on("SIGINT", close);
    // A node that is stopped loses its place in the network: Ctrl-Z does nothing.
    lines.on("SIGTSTP", () => {});
    lines.on("line", (line) => {
      if (!this.#interface) return; // typed ahead of the end
      this.#isPrompting = false;
      if (this.#streams.stdin.isTTY !== true) this.#streams.stdout.write(`${line}\n`);
      onLine(line);
      this.#prompt();
    });
    signal.addEventListener("abort", close, { once: true });
    this.#prompt();
    await closed.promise;
    signal.removeEventListener("abort", close);
    this.close();
  }

  close(): void {
    const lines = this.#interface;
    this.#interface = undefined;
    this.#isPrompting = false;
    lines?.close();
    // What holds the other end open must not keep the program from ending.
    if (lines && !this.#isTerminal) this.#streams.stdin.destroy();
  }

  /** Whole lines of data. */
  print(text: string): void {
    this.#aside(() => this.#streams.stdout.write(text));
  }

  /** Whole lines of chatter. */
  complain(text: string): void {
    this.#aside(() => this.#streams.stderr.write(text));
  }

  #open(): Interface {
    const { history = [], historySize = 0, complete, onHistory } = this.#options;
    const { stdin, stdout } = this.#streams;
    if (!this.#isTerminal) return createInterface({ input: stdin, terminal: false });
    const lines = createInterface({
      input: stdin,
      output: stdout,
      history: [...history],
      historySize,
      removeHistoryDuplicates: true,
      ...(complete && { completer: (line: string) => [complete(line), lastWord(line)] }),
    });
    if (onHistory) lines.on("history", onHistory);
    return lines;
  }

  #prompt(): void {
    if (!this.#interface) return;
    const prompt = this.#options.prompt?.() ?? DEFAULT_PROMPT;
    this.#interface.setPrompt(prompt);
    if (this.#isTerminal) this.#interface.prompt();
    else this.#streams.stdout.write(prompt);
    this.#isPrompting = true;
  }

  /** Writes above the prompt, with what has been typed so far kept. */
  #aside(write: () => void): void {
    if (!(this.#isTerminal && this.#isPrompting)) {
      write();
      return;
    }
    cursorTo(this.#streams.stdout, 0);
    clearScreenDown(this.#streams.stdout);
    write();
    this.#interface?.prompt(true);
  }
}

function lastWord(line: string): string {
  return /\S*$/.exec(line)?.[0] ?? "";
}
