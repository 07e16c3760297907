import { REAL_DHTNODE } from "./debian-programs.ts";
import { freePort } from "./free-port.ts";
import { type Endpoint, endpointText } from "./interop-peer.ts";
import { LineProcess } from "./line-process.ts";

export interface ShellOptions {
  readonly network: number;
  readonly bootstrap?: Endpoint | undefined;
  /** Further options of the program, such as `-i`. */
  readonly options?: readonly string[] | undefined;
  /** Default: Debian's. */
  readonly program?: string | undefined;
}

/** A value as the shell prints it. */
export interface PrintedValue {
  readonly id: bigint;
  /** Sequence number of a signed value. */
  readonly seq: number | undefined;
  readonly isDecrypted: boolean;
  readonly text: string;
}

const LIMIT_MS = 40_000;
const VALUE = /^\s*Value\[id:([0-9a-f]+) (?:signed \(v(\d+)\) )?(decrypted )?data\(text\/plain\):"(.*)"\]$/;

/** The shell of a real `dhtnode`, or of our drop-in, for commands that ask for an identity or an index. One command at a time. */
export class DhtnodeShell implements AsyncDisposable {
  readonly port: number;
  readonly #process: LineProcess;

  private constructor(process: LineProcess, port: number) {
    this.#process = process;
    this.port = port;
  }

  static async start({
    network,
    bootstrap,
    options = [],
    program = REAL_DHTNODE,
  }: ShellOptions): Promise<DhtnodeShell> {
    const port = await freePort();
    const joins = bootstrap ? ["-b", endpointText(bootstrap)] : [];
    const args = ["-p", String(port), "-n", String(network), ...joins, ...options];
    const process = new LineProcess(program, args, (line) => line.replace(/^(?:>> )+/, ""));
    await process.lines.waitFor((line) => line.startsWith(" (type 'h'"), "prompt of dhtnode", LIMIT_MS);
    return new DhtnodeShell(process, port);
  }

  get nodeId(): string {
    return this.#printed(/^OpenDHT node ([0-9a-f]{40}) /);
  }

  /** Short id of the identity's key. */
  get publicKeyId(): string {
    return this.#printed(/^Public key ID ([0-9a-f]{40})$/);
  }

  /** The node keeps its sockets, and is silent from now on. */
  freeze(): void {
    this.#process.freeze();
  }

  /** Runs a command and gives the lines printed until one that fits. */
  async run(command: string, end: RegExp): Promise<readonly string[]> {
    const { lines } = this.#process;
    const from = lines.entries.length;
    this.#process.write(command);
    const last = await lines.waitFor((line) => end.test(line), `"${command}" at dhtnode`, LIMIT_MS, from);
    return lines.entries.slice(from, lines.entries.indexOf(last, from) + 1);
  }

  async get(key: string): Promise<readonly PrintedValue[]> {
    return (await this.run(`g ${key}`, /^Get: (completed|failure)/)).flatMap(printedValue);
  }

  async putSigned(key: string, word: string): Promise<boolean> {
    return (await this.run(`s ${key} ${word}`, /^Put signed: /)).at(-1)?.includes("success") ?? false;
  }

  async putEncrypted(key: string, to: string, word: string): Promise<boolean> {
    return (await this.run(`e ${key} ${to} ${word}`, /^Put encrypted: /)).at(-1)?.includes("success") ?? false;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process.stop("x");
  }

  #printed(line: RegExp): string {
    for (const entry of this.#process.lines.entries) {
      const found = line.exec(entry)?.[1];
      if (found !== undefined) return found;
    }
    throw new Error(`dhtnode printed no line like ${line}`);
  }
}

function printedValue(line: string): PrintedValue[] {
  const match = VALUE.exec(line);
  if (match === null) return [];
  const [, id = "", seq, decrypted, text = ""] = match;
  return [
    {
      id: BigInt(`0x${id}`),
      seq: seq === undefined ? undefined : Number(seq),
      isDecrypted: decrypted !== undefined,
      text,
    },
  ];
}
