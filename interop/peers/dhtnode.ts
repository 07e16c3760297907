import { REAL_DHTNODE } from "./debian-programs.ts";
import { EventLog } from "./event-log.ts";
import { freePort } from "./free-port.ts";
import {
  type Endpoint,
  endpointText,
  type GetOutcome,
  type InteropPeer,
  type ListenEvent,
  type OutgoingValue,
  type PeerListener,
  type PeerOptions,
  type PutOutcome,
  type SeenValue,
  type StoredKey,
} from "./interop-peer.ts";
import { LineProcess } from "./line-process.ts";
import { parseGoodNodes, parseStorageLog, parseValueLine } from "./log-text.ts";

/** Longest silence before an operation of the real node ends as failed (three requests to a dead peer: 9.75 s), with room. */
const OPERATION_LIMIT_MS = 40_000;

/** A real `dhtnode`, driven through its shell. */
export class Dhtnode implements InteropPeer {
  readonly kind = "dhtnode";
  readonly nodeId: string;
  /** With an identity: also the key at which its certificate is stored. */
  readonly publicKeyId: string | undefined;
  readonly port: number;
  readonly #process: LineProcess;
  #queue: Promise<unknown> = Promise.resolve();
  #dumps = 0;
  #listener: ShellListener | undefined;

  private constructor(process: LineProcess, banner: string, port: number) {
    this.#process = process;
    this.nodeId = /^OpenDHT node ([0-9a-f]{40}) /m.exec(banner)?.[1] ?? "";
    this.publicKeyId = /^Public key ID ([0-9a-f]{40})$/m.exec(banner)?.[1];
    this.port = port;
  }

  static async start(options: PeerOptions = {}): Promise<Dhtnode> {
    if (options.types !== undefined) throw new Error("dhtnode knows its built-in value types only");
    const { clientMode, storeBytes, localStoreBytes, maintainStorage } = options;
    if (clientMode || maintainStorage || storeBytes !== undefined || localStoreBytes !== undefined) {
      throw new Error("this version of dhtnode has no option for client mode or its store");
    }
    const port = options.port ?? (await freePort());
    const process = new LineProcess(REAL_DHTNODE, shellArguments(port, options), withoutPrompt);
    try {
      await process.lines.waitFor((line) => line.startsWith(" (type 'h'"), "prompt of dhtnode");
      return new Dhtnode(process, process.lines.entries.join("\n"), port);
    } catch (error) {
      await process.kill();
      throw error;
    }
  }

  async bootstrap(to: Endpoint): Promise<void> {
    await this.#dump(`b ${endpointText(to)}`);
  }

  async put(
    key: string,
    { data, id, type, userType }: OutgoingValue,
    { permanent = false }: { readonly permanent?: boolean } = {},
  ): Promise<PutOutcome> {
    const word = Buffer.from(data).toString("utf8");
    assertWord(key);
    if (id !== undefined || type !== undefined || (userType ?? "text/plain") !== "text/plain" || /\s|^$/.test(word)) {
      throw new Error("dhtnode's shell puts single words, with an id, type and user type of its own");
    }
    const line = await this.#operation(`${permanent ? "pp" : "p"} ${key} ${word}`, (text) =>
      /^Put: \w+, took/.test(text),
    );
    const id16 = /Value ID: ([0-9a-f]+)/.exec(line.at(-1) ?? "")?.[1] ?? "0";
    return { ok: succeeded(line), id: BigInt(`0x${id16}`) };
  }

  async cancelPut(key: string, id: bigint): Promise<void> {
    await this.#dump(`cpp ${key} ${id.toString(16)}`);
  }

  async get(key: string, where = ""): Promise<GetOutcome> {
    assertWord(key);
    const lines = await this.#operation(`g ${key} ${where}`, (line) => /^Get: (completed|failure), took/.test(line));
    return { ok: succeeded(lines), values: shownAfter(lines, "Get: found") };
  }

  /** A field query: the printed `Index[…]` texts. */
  async query(key: string, query: string): Promise<{ readonly ok: boolean; readonly fields: readonly string[] }> {
    const lines = await this.#operation(`q ${key} ${query}`, (line) => /^Query: (completed|failure), took/.test(line));
    return {
      ok: succeeded(lines),
      fields: lines.filter((line) => line.startsWith("\tIndex[")).map((line) => line.trim()),
    };
  }

  async listen(key: string, where = ""): Promise<PeerListener> {
    assertWord(key);
    if (this.#listener !== undefined) throw new Error("the shell does not tell listeners apart: one at a time");
    const listener = new ShellListener(this.#process.lines, async (token) => {
      this.#listener = undefined;
      await this.#dump(`cl ${key} ${token}`);
    });
    this.#listener = listener;
    const lines = await this.#operation(`l ${key} ${where}`, (line) => line.startsWith("Listening, token:"));
    listener.token = lines.at(-1)?.split(": ")[1];
    return listener;
  }

  async storage(): Promise<ReadonlyMap<string, StoredKey>> {
    return parseStorageLog(await this.#dump("ld"));
  }

  async goodNodes(family: 4 | 6): Promise<readonly string[]> {
    const [ipv4 = "", ipv6 = ""] = (await this.#dump("lr")).split("IPv6 routing table:");
    return parseGoodNodes(family === 4 ? ipv4 : ipv6);
  }

  kill(): Promise<void> {
    return this.#process.kill();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process.stop("x");
  }

  /** Runs a command whose result comes later, alone: the shell does not number its operations. */
  #operation(command: string, isEnd: (line: string) => boolean): Promise<readonly string[]> {
    return this.#alone(async () => {
      const { lines } = this.#process;
      const from = lines.entries.length;
      this.#process.write(command);
      await lines.waitFor(isEnd, `"${command.slice(0, 60)}" at dhtnode`, OPERATION_LIMIT_MS, from);
      const end = lines.entries.findIndex((line, index) => index >= from && isEnd(line));
      return lines.entries.slice(from, end + 1);
    });
  }

  /** Runs a command that prints all it has at once; a command that does not exist marks the end. */
  #dump(command: string): Promise<string> {
    const marker = `Unknown command: end-of-${this.#dumps++}`;
    return this.#alone(async () => {
      const { lines } = this.#process;
      const from = lines.entries.length;
      this.#process.write(command);
      this.#process.write(marker.slice("Unknown command: ".length));
      await lines.waitFor((line) => line === marker, `"${command}" at dhtnode`, undefined, from);
      return lines.entries.slice(from, lines.entries.indexOf(marker, from)).join("\n");
    });
  }

  #alone<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(action);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}

/** Turns the lines that the shell prints for its listener into events. */
class ShellListener implements PeerListener {
  token: string | undefined;
  readonly #events = new EventLog<ListenEvent>();
  readonly #cancel: (token: string) => Promise<void>;
  #isOpen = true;

  constructor(lines: EventLog<string>, cancel: (token: string) => Promise<void>) {
    this.#cancel = cancel;
    void this.#follow(lines);
  }

  get events(): readonly ListenEvent[] {
    return this.#events.entries;
  }

  waitFor(fits: (event: ListenEvent) => boolean, what: string, limitMs?: number): Promise<ListenEvent> {
    return this.#events.waitFor(fits, what, limitMs);
  }

  async cancel(): Promise<void> {
    this.#isOpen = false;
    if (this.token !== undefined) await this.#cancel(this.token);
  }

  async #follow(lines: EventLog<string>): Promise<void> {
    let isOurs = false;
    let expired = false;
    for (let next = lines.entries.length; this.#isOpen; next++) {
      const line = await lines.waitFor(() => true, "listening", LISTEN_LIMIT_MS, next).catch(() => undefined);
      if (line === undefined) return this.#events.close("dhtnode ended");
      if (!line.startsWith("\t")) {
        isOurs = line.startsWith("Listen: found");
        expired = line.includes(" values expired ");
        continue;
      }
      const value = isOurs ? parseValueLine(line) : undefined;
      if (value !== undefined) this.#events.push({ value, expired });
    }
  }
}

/** No scenario listens for longer. */
const LISTEN_LIMIT_MS = 3_600_000;

function shellArguments(port: number, { network, bootstrap, statePath, identity }: PeerOptions): string[] {
  const args = ["-p", String(port)];
  if (network !== undefined) args.push("-n", String(network));
  if (bootstrap !== undefined) args.push("-b", endpointText(bootstrap));
  if (statePath !== undefined) args.push("-f", statePath);
  if (identity) args.push("-i");
  return args;
}

/** The shell takes the first word for the key and drops the rest of a put. */
function assertWord(key: string): void {
  if (!/^\S+$/.test(key)) throw new Error(`"${key}" is not one word, so it cannot be a key in dhtnode's shell`);
}

function withoutPrompt(line: string): string {
  return line.replace(/^(?:>> )+/, "");
}

function succeeded(lines: readonly string[]): boolean {
  return /^\w+: (?:success|completed),/.test(lines.at(-1) ?? "");
}

/** The values printed under headings that start with `heading`: lines of a listener may stand between. */
function shownAfter(lines: readonly string[], heading: string): SeenValue[] {
  const values: SeenValue[] = [];
  let isWanted = false;
  for (const line of lines) {
    if (!line.startsWith("\t")) isWanted = line.startsWith(heading);
    const value = isWanted ? parseValueLine(line) : undefined;
    if (value !== undefined) values.push(value);
  }
  return values;
}
