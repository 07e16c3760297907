import { LineProcess } from "./line-process.ts";
import { nativeProgram } from "./native-programs.ts";

/** A question about a certificate, in files of PEM or DER. */
export interface TrustQuestion {
  /** Trusted chains. */
  readonly anchors: readonly string[];
  /** One file with a chain; or several, linked as they are. */
  readonly chain: readonly string[];
  /** Revocation lists. */
  readonly lists: readonly string[];
}

/** The bits of a verdict, 0 for a trusted certificate. */
export type TrustAnswer = number | "unreadable";

/** The real library's trust lists. One question at a time. */
export class Judge implements AsyncDisposable {
  readonly #process = new LineProcess(nativeProgram("judge"), []);

  async verify({ anchors, chain, lists }: TrustQuestion): Promise<TrustAnswer> {
    const words = [anchors, chain, lists].map((files) => files.join(",") || "-");
    const answer = await this.#ask(`verify ${words.join(" ")}`);
    return answer === "unreadable" ? answer : Number(answer);
  }

  /** Has the library make certificates (`.crt`) and revocation lists (`.crl`). */
  async make(folder: string): Promise<void> {
    await this.#ask(`make ${folder}`);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process.stop();
  }

  async #ask(question: string): Promise<string> {
    const { lines } = this.#process;
    const from = lines.entries.length;
    this.#process.write(question);
    const answer = await lines.waitFor(() => true, question, undefined, from);
    if (answer.startsWith("failed")) throw new Error(`${question}: ${answer}`);
    return answer;
  }
}
