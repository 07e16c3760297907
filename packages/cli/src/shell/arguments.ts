import { InfoHash } from "@hashmere/dht";
import { isHexKey } from "../key.ts";
import { ShellError } from "./shell-error.ts";

/** The words after a command, taken from left to right. There is no quoting. */
export class Arguments {
  #rest: string;
  readonly #print: (text: string) => void;

  /** @param print where `Using h(word) = …` is told */
  constructor(text: string, print: (text: string) => void) {
    this.#rest = text.trim();
    this.#print = print;
  }

  /** The next word, if there is one. */
  word(): string | undefined {
    const word = /^\S+/.exec(this.#rest)?.[0];
    if (word !== undefined) this.#rest = this.#rest.slice(word.length).trimStart();
    return word;
  }

  /** All that is left, empty if nothing is. */
  rest(): string {
    const rest = this.#rest;
    this.#rest = "";
    return rest;
  }

  /** A key: 40 hexadecimal digits, or a word that stands for its SHA-1. @throws ShellError when there is none */
  key(): InfoHash {
    const word = this.word();
    if (word === undefined) throw new ShellError("Syntax error: invalid InfoHash.");
    if (isHexKey(word)) return InfoHash.fromHex(word);
    const key = InfoHash.get(word);
    this.#print(`Using h(${word}) = ${key}`);
    return key;
  }

  /** An id if the next word is one; any other word is passed over. */
  hexKey(): InfoHash | undefined {
    const word = this.word();
    return word !== undefined && isHexKey(word) ? InfoHash.fromHex(word) : undefined;
  }
}
