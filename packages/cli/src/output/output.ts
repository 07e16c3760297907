import type { Readable, Writable } from "node:stream";
import type { CommandError } from "../command-error.ts";

export interface Streams {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
}

/** Where a command speaks: data on stdout, chatter on stderr, so that a pipe carries nothing but what was asked for. */
export class Output {
  readonly #streams: Streams;
  readonly #json: boolean;
  #hasProgress = false;

  /** @param json data as one JSON object a line, errors too */
  constructor(streams: Streams, json: boolean) {
    this.#streams = streams;
    this.#json = json;
  }

  get isJson(): boolean {
    return this.#json;
  }

  /** A person reads the data as it comes. */
  get isTerminal(): boolean {
    return this.#streams.stdout.isTTY === true;
  }

  bytes(bytes: Uint8Array): void {
    this.#clearProgress();
    this.#streams.stdout.write(bytes);
  }

  line(text: string): void {
    this.#clearProgress();
    this.#streams.stdout.write(`${text}\n`);
  }

  json(object: unknown): void {
    this.line(JSON.stringify(object));
  }

  /** For the user's eyes only; silent where the output is for a program. */
  chatter(text: string): void {
    if (!this.#json) this.log(`${text}\n`);
  }

  /** What the user asked to see of the node's doings. */
  log(line: string): void {
    this.#clearProgress();
    this.#streams.stderr.write(line);
  }

  /** A line that the next output replaces; only on a terminal. */
  progress(text: string): void {
    if (this.#json || !this.#streams.stderr.isTTY) return;
    this.#clearProgress();
    this.#streams.stderr.write(text);
    this.#hasProgress = text !== "";
  }

  error(error: CommandError): void {
    if (this.#json) this.json(error);
    else this.log(`${error.message}\n${error.hint === undefined ? "" : `${error.hint}\n`}`);
  }

  #clearProgress(): void {
    if (this.#hasProgress) this.#streams.stderr.write("\r\u001b[K");
    this.#hasProgress = false;
  }
}
