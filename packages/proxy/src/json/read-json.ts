// Source: OpenDHT REST proxy, what its reader accepts beyond RFC 8259: comments, a comma after the last member or item,
// control characters inside a string, and anything after the first complete value.
import { type Json, JsonSyntaxError } from "./json.ts";

/** Deeper nesting is refused: nothing that the proxy understands has more than two levels. */
export const MAX_JSON_DEPTH = 100;
/** Longer numbers are refused: to work out an integer of all a body's digits would keep everybody waiting. */
export const MAX_NUMBER_LENGTH = 1_000;

const WHITE_SPACE = /(?:[ \t\r\n\uFEFF]+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
const NUMBER = /-?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?/y;
const INTEGER = /^-?\d+$/;
const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))|\\/g;
const SHORT_ESCAPES: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/**
 * The first JSON value in a text, read as leniently as OpenDHT's proxy does. Of equal members the last one counts.
 * @throws JsonSyntaxError
 */
export function readJson(text: string): Json {
  return new JsonReader(text).value(0);
}

class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): Json {
    if (depth > MAX_JSON_DEPTH) throw this.#failure("is nested too deeply");
    const character = this.#peek();
    switch (character) {
      case "{":
        return this.#object(depth);
      case "[":
        return this.#array(depth);
      case '"':
        return this.#string();
      case "t":
        return this.#word("true", true);
      case "f":
        return this.#word("false", false);
      case "n":
        return this.#word("null", null);
      default:
        return this.#number();
    }
  }

  #object(depth: number): Json {
    const members: Record<string, Json> = Object.create(null);
    this.#at++;
    while (this.#peek() !== "}") {
      if (this.#peek() !== '"') throw this.#failure('needs a name in ""');
      const name = this.#string();
      if (this.#peek() !== ":") throw this.#failure('needs a ":"');
      this.#at++;
      members[name] = this.value(depth + 1);
      this.#separator("}");
    }
    this.#at++;
    return members;
  }

  #array(depth: number): Json {
    const items: Json[] = [];
    this.#at++;
    while (this.#peek() !== "]") {
      items.push(this.value(depth + 1));
      this.#separator("]");
    }
    this.#at++;
    return items;
  }

  #separator(end: string): void {
    const character = this.#peek();
    if (character === ",") this.#at++;
    else if (character !== end) throw this.#failure(`needs a "," or "${end}"`);
  }

  #string(): string {
    const start = ++this.#at;
    let end = this.#text.indexOf('"', start);
    while (end > 0 && isEscaped(this.#text, end, start)) end = this.#text.indexOf('"', end + 1);
    if (end < 0) throw this.#failure("has a string without end");
    this.#at = end + 1;
    const content = this.#text.slice(start, end);
    return content.includes("\\") ? this.#unescape(content) : content;
  }

  #unescape(content: string): string {
    return content.replaceAll(ESCAPE, (_, code?: string, short?: string) => {
      if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
      if (short === undefined) throw this.#failure("has an unknown escape");
      return SHORT_ESCAPES[short] ?? short;
    });
  }

  #word<T extends Json>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#failure("has an unknown word");
    this.#at += word.length;
    return value;
  }

  #number(): number | bigint {
    NUMBER.lastIndex = this.#at;
    const [digits] = NUMBER.exec(this.#text) ?? [];
    if (digits === undefined) throw this.#failure("needs a value");
    if (digits.length > MAX_NUMBER_LENGTH) throw this.#failure("has a number of too many digits");
    this.#at += digits.length;
    const number = Number(digits);
    return Number.isSafeInteger(number) || !INTEGER.test(digits) ? number : BigInt(digits);
  }

  /** The next character that counts. */
  #peek(): string | undefined {
    const next = this.#text[this.#at];
    if (next !== undefined && next > " " && next !== "/" && next !== "\uFEFF") return next;
    WHITE_SPACE.lastIndex = this.#at;
    this.#at += WHITE_SPACE.exec(this.#text)?.[0].length ?? 0;
    return this.#text[this.#at];
  }

  #failure(what: string): JsonSyntaxError {
    return new JsonSyntaxError(`the JSON text ${what} at character ${this.#at}`);
  }
}

/** Whether an odd number of backslashes stands before a quote. */
function isEscaped(text: string, quote: number, start: number): boolean {
  let at = quote;
  while (at > start && text[at - 1] === "\\") at--;
  return (quote - at) % 2 === 1;
}
