import { createInterface, type Interface } from "node:readline";
import { addAbortSignal } from "node:stream";
import type { CommandContext } from "../command-context.ts";

/** Questions with a default, which an empty answer takes, and so does the end of the input. */
export class Dialogue {
  readonly #interface: Interface;
  readonly #answers: AsyncIterator<string>;
  readonly #context: CommandContext;

  constructor(context: CommandContext) {
    this.#context = context;
    const input = addAbortSignal(context.interrupted, context.streams.stdin);
    this.#interface = createInterface({ input, terminal: false });
    this.#answers = this.#interface[Symbol.asyncIterator]();
  }

  async text(question: string, fallback: string): Promise<string> {
    this.#context.streams.stdout.write(question);
    const answer = await this.#answers.next();
    this.#context.interrupted.throwIfAborted();
    return (answer.done ? "" : answer.value.trim()) || fallback;
  }

  /** One of some words, by its first letter or in full; anything else is asked again. */
  async choice<Word extends string>(question: string, words: readonly Word[], fallback: Word): Promise<Word> {
    for (;;) {
      const answer = (await this.text(`${question} (default: ${fallback}): `, fallback)).toLowerCase();
      const word = words.find((word) => word === answer || word[0] === answer);
      if (word !== undefined) return word;
    }
  }

  async confirm(question: string, fallback: boolean): Promise<boolean> {
    const choices = fallback ? "[Y/n]" : "[y/N]";
    return (await this.choice(`${question} ${choices}`, ["yes", "no"], fallback ? "yes" : "no")) === "yes";
  }

  close(): void {
    this.#interface.close();
    this.#context.streams.stdin.destroy();
  }
}
