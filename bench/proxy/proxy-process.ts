import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** Below the range from which the system takes ports for connections: a load generator can't connect to itself. */
const FIRST_PORT = 21_080;
const READY_LIMIT_MS = 30_000;
const TICKS_PER_S = 100;

let nextPort = FIRST_PORT;

/** A dhtnode with a REST proxy, real or ours. */
export interface ProxyContender {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

export const OUR_PROXY: ProxyContender = {
  name: "hashmere",
  command: process.execPath,
  args: [fileURLToPath(new URL("../../packages/cli/bin/dhtnode.js", import.meta.url))],
};

export const CPP_PROXY: ProxyContender = { name: "C++", command: "/usr/bin/dhtnode", args: [] };

/** One of them, running, without rate limits, in the network of a bootstrap node. */
export class ProxyProcess implements AsyncDisposable {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start({ command, args }: ProxyContender, bootstrapPort: number): Promise<ProxyProcess> {
    const port = nextPort++;
    const options = ["-s", "-U", "-b", `127.0.0.1:${bootstrapPort}`, "--proxyserver", String(port)];
    const child = spawn(command, [...args, ...options], { stdio: "ignore" });
    const proxy = new ProxyProcess(child, port);
    const patience = AbortSignal.timeout(READY_LIMIT_MS);
    // A real proxy tells of its node for the first time after 3 s.
    while (!(await proxy.#isReady())) {
      patience.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** MiB in memory. */
  async residentMiB(): Promise<number> {
    const status = await readFile(`/proc/${this.#child.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
  }

  /** Seconds of processor time used so far. */
  async cpuSeconds(): Promise<number> {
    const stat = await readFile(`/proc/${this.#child.pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#child, "close");
    this.#child.kill("SIGTERM");
    await closed;
  }

  async #isReady(): Promise<boolean> {
    const response = await fetch(this.url).catch(() => undefined);
    const body = await response?.text();
    return response?.status === 200 && body?.includes('"good":0,"incoming":0},"ipv6":{"dubious":0,"good":0') === false;
  }
}
