import { mkdir, readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";

/** Most lines kept. */
export const MAX_HISTORY_LINES = 1000;

/** Lines typed at the prompt in earlier sessions, in the user's state directory (XDG base directories). */
export class History {
  readonly #path: string;
  /** The newest first. */
  lines: readonly string[] = [];

  constructor(environment: NodeJS.ProcessEnv = process.env) {
    const directory = environment.XDG_STATE_HOME;
    const state = directory && isAbsolute(directory) ? directory : join(homedir(), ".local", "state");
    this.#path = join(state, "hashmere", "dhtnode_history");
  }

  async load(): Promise<void> {
    const text = await readFile(this.#path, "utf8").catch(() => ""); // none yet, or none that we may read
    this.lines = text
      .split("\n")
      .filter((line) => line !== "")
      .reverse()
      .slice(0, MAX_HISTORY_LINES);
  }

  /** Only the user can read it: keys and values are their own business. A history that can't be saved is no failure. */
  async save(): Promise<void> {
    const text = this.lines.map((line) => `${line}\n`).reverse();
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 })
      .then(() => writeFile(this.#path, text.join(""), { mode: 0o600 }))
      .catch(() => {});
  }
}
