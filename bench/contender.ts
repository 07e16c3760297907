import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** One of the implementations measured side by side. */
export interface Contender {
  readonly name: string;
  readonly command: string;
  /** Arguments before those of the case (`--port`, `--n`). */
  readonly node: readonly string[];
  readonly cluster?: readonly string[];
  readonly secure?: readonly string[];
}

const ours = (program: string): string => fileURLToPath(new URL(`ours/${program}.ts`, import.meta.url));

export const OURS: Contender = {
  name: "hashmere",
  command: process.execPath,
  node: [ours("node")],
  cluster: [ours("cluster")],
  secure: [ours("secure")],
};

/** No DHT at all: UDP in JavaScript. */
export const FLOOR: Contender = { name: "dgram floor", command: process.execPath, node: [ours("floor")] };

export const TESTNET_PROGRAM = ours("testnet");

export function cppContender(cnode: string): Contender {
  return { name: "C++", command: cnode, node: ["node"], cluster: ["cluster"], secure: ["secure"] };
}

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** A node under measurement in a process of its own. */
export class Server implements AsyncDisposable {
  readonly port: number;
  readonly pid: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number, pid: number) {
    this.#child = child;
    this.port = port;
    this.pid = pid;
  }

  static async start(contender: Contender): Promise<Server> {
    const child = spawn(contender.command, contender.node, { stdio: ["pipe", "pipe", "inherit"] });
    running.add(child);
    child.once("close", () => running.delete(child));
    const [line] = await Promise.race([once(createInterface(child.stdout), "line"), failureOf(child, contender)]);
    return new Server(child, (JSON.parse(String(line)) as { port: number }).port, child.pid ?? 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#child, "close");
    this.#child.stdin?.end(); // every contender ends with its input
    await closed;
  }
}

/** Runs a program to its end and reads the line of JSON that it prints last. */
export async function runForJson(command: string, args: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  running.add(child);
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const [code] = await once(child, "close");
  running.delete(child);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with status ${code}`);
  return JSON.parse(output.trim().split("\n").at(-1) ?? "{}");
}

async function failureOf(child: ChildProcess, { name }: Contender): Promise<never> {
  const [code] = await once(child, "close");
  throw new Error(`the ${name} node ended with status ${code} before it was measured`);
}
