import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const PROGRAMS = {
  hashmere: "bin/hashmere.js",
  dhtnode: "bin/dhtnode.js",
  dhtchat: "bin/dhtchat.js",
  "dhtnet-crtmgr": "bin/dhtnet-crtmgr.js",
  dnc: "bin/dnc.js",
  playground: "dist/playground/main.js",
} as const;
type Program = keyof typeof PROGRAMS;

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stdoutBytes: Buffer;
  readonly stderr: string;
}

/** A command line that runs in a process of its own, as a user's shell would start it. */
export class Running implements AsyncDisposable {
  readonly process: ChildProcessWithoutNullStreams;
  readonly #stdout: Buffer[] = [];
  #stderr = "";
  readonly #ended: Promise<unknown>;

  constructor(program: Program, args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    const script = fileURLToPath(new URL(`../../${PROGRAMS[program]}`, import.meta.url));
    this.process = spawn(process.execPath, [script, ...args], { env: { ...process.env, ...environment } });
    this.process.stdout.on("data", (chunk: Buffer) => this.#stdout.push(chunk));
    this.process.stderr.on("data", (chunk: Buffer) => {
      this.#stderr += chunk;
    });
    this.process.stdin.on("error", () => {}); // it may end before it has read everything
    this.#ended = once(this.process, "close");
  }

  get stdout(): string {
    return Buffer.concat(this.#stdout).toString();
  }

  get stderr(): string {
    return this.#stderr;
  }

  say(text: string | Uint8Array): this {
    this.process.stdin.write(text);
    return this;
  }

  /** Waits until this has been printed (on either stream) and gives the match; fails when the program ends first. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
      if (match) return match;
      const news = new AbortController();
      const { signal } = news;
      const { stdout, stderr } = this.process;
      const ended = await Promise.race([
        once(stdout, "data", { signal }).then(() => false),
        once(stderr, "data", { signal }).then(() => false),
        this.#ended.then(() => true),
      ]).finally(() => news.abort());
      if (ended && !pattern.test(this.stdout) && !pattern.test(this.stderr)) {
        throw new Error(`ended without ${pattern}:\n${this.stdout}\n${this.stderr}`);
      }
    }
  }

  /** Ends its input and waits for its end. */
  async end(text: string | Uint8Array = ""): Promise<Outcome> {
    this.process.stdin.end(text);
    return this.outcome();
  }

  async outcome(): Promise<Outcome> {
    await this.#ended;
    const { stdout, stderr } = this;
    return { status: this.process.exitCode, stdout, stdoutBytes: Buffer.concat(this.#stdout), stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.stdin.destroy();
    this.process.kill("SIGKILL");
    await this.#ended;
  }
}

export function start(program: Program, args: readonly string[], environment?: NodeJS.ProcessEnv): Running {
  return new Running(program, args, environment);
}

/** Runs `hashmere` to its end. */
export async function hashmere(args: readonly string[], input: string | Uint8Array = ""): Promise<Outcome> {
  await using running = start("hashmere", args);
  return await running.end(input);
}
