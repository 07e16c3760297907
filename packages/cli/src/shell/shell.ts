import { DhtError, type DhtRunner, type InfoHash, type Logger } from "@hashmere/dht";
import { lineLogger } from "../output/line-logger.ts";
import type { Streams } from "../output/output.ts";
import type { Proxies } from "../proxy/proxies.ts";
import { Arguments } from "./arguments.ts";
import { COMMANDS } from "./commands/index.ts";
import { History, MAX_HISTORY_LINES } from "./history.ts";
import { Screen } from "./screen.ts";
import type { ShellCommand, ShellSession } from "./shell-command.ts";
import { ShellError } from "./shell-error.ts";

/** Shown where people may look for help. */
export const HELP_HINT = " (type 'h' or 'help' for a list of possible commands)";

/** Most keys remembered for completion. */
const MAX_KNOWN_WORDS = 256;

const BY_NAME: ReadonlyMap<string, ShellCommand> = new Map(
  COMMANDS.flatMap(({ commands }) => commands).flatMap((command) => command.names.map((name) => [name, command])),
);

/** The prompt of dhtnode: its commands, in its words. */
export class Shell {
  readonly #screen: Screen;
  readonly #history: History | undefined;
  readonly #terminalLogger: Logger;
  readonly #words = new Set<string>();

  /** For a terminal, with the lines typed in earlier sessions. */
  static async open(streams: Streams): Promise<Shell> {
    if (!streams.stdin.isTTY) return new Shell(streams);
    const history = new History();
    await history.load();
    return new Shell(streams, history);
  }

  private constructor(streams: Streams, history?: History) {
    this.#history = history;
    this.#screen = new Screen(streams, {
      complete: (line) => this.#complete(line),
      ...(history && {
        history: history.lines,
        historySize: MAX_HISTORY_LINES,
        onHistory: (lines) => {
          history.lines = [...lines];
        },
      }),
    });
    this.#terminalLogger = lineLogger((line) => this.#screen.complain(line), streams.stderr.isTTY);
  }

  /** Where `-v` and `log` send the log: above the prompt. */
  get logger(): Logger {
    return this.#terminalLogger;
  }

  print(text: string): void {
    this.#screen.print(`${text}\n`);
  }

  complain(text: string): void {
    this.#screen.complain(`${text}\n`);
  }

  /**
   * Reads and runs commands until `x`, the end of the input, Ctrl-C or an abort.
   * @param logger where the node logs to now, if it does
   */
  async run(
    node: DhtRunner,
    { proxies, logger, signal }: { proxies: Proxies; logger?: Logger | undefined; signal: AbortSignal },
  ): Promise<void> {
    const session = this.#session(node, proxies, logger);
    await this.#screen.read((line) => void this.#execute(line, session), signal);
    for (const { cancel } of session.listens.values()) cancel();
    for (const index of session.indexes.values()) await index[Symbol.asyncDispose]();
    await this.#history?.save();
  }

  async #execute(line: string, session: ShellSession): Promise<void> {
    const [name = "", ...words] = line.trim().split(/\s+/);
    if (name === "") return;
    const command = BY_NAME.get(name);
    if (!command) {
      this.print(`Unknown command: ${name}\n${HELP_HINT}`);
      return;
    }
    if (words[0] !== undefined && this.#words.size < MAX_KNOWN_WORDS) this.#words.add(words[0]);
    try {
      await command.run(new Arguments(line.trim().slice(name.length), (text) => this.print(text)), session);
    } catch (error) {
      if (!(error instanceof ShellError || error instanceof DhtError || error instanceof TypeError)) throw error;
      this.complain(error.message);
    }
  }

  #session(node: DhtRunner, proxies: Proxies, logger: Logger | undefined): ShellSession {
    const own = logger ?? this.#terminalLogger;
    let isLogging = logger !== undefined;
    return {
      node,
      proxies,
      commands: COMMANDS,
      listens: new Map(),
      indexes: new Map(),
      print: (text) => this.print(text),
      complain: (text) => this.complain(text),
      get isLogging() {
        return isLogging;
      },
      setLog: (log: { readonly filter?: InfoHash | undefined } | undefined) => {
        isLogging = log !== undefined;
        node.setLogFilter(log?.filter);
        node.setLogger(log && own);
      },
      leave: () => this.#screen.close(),
    };
  }

  #complete(line: string): readonly string[] {
    const words = line.trimStart().split(/\s+/);
    const typed = words.at(-1) ?? "";
    const candidates = words.length <= 1 ? [...BY_NAME.keys()] : words.length === 2 ? [...this.#words] : [];
    return candidates.filter((word) => word.startsWith(typed));
  }
}
