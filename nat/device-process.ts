import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Answer, Command, DeviceSetup, Report } from "./device-protocol.ts";
import type { Lab } from "./lab.ts";

const PROGRAM = fileURLToPath(new URL("device.ts", import.meta.url));

/** A device may need so long to join the network and to publish its certificate. */
const START_LIMIT_MS = 60_000;

/** A device on a host of the laboratory, as seen by a test. */
export class DeviceProcess implements AsyncDisposable {
  readonly host: string;
  readonly reports: Report[] = [];
  /** Path of its key and certificate, without suffix. */
  readonly identity: string;
  deviceId = "";
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #watchers = new Set<() => void>();
  #next = 1;
  #errorOutput = "";

  private constructor(host: string, identity: string, child: ChildProcessWithoutNullStreams) {
    this.host = host;
    this.identity = identity;
    this.#child = child;
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#errorOutput += text;
    });
    child.stdin.on("error", () => undefined); // the program may end while we write
    createInterface(child.stdout).on("line", (line) => this.#receive(JSON.parse(line)));
  }

  static async start(lab: Lab, host: string, setup: DeviceSetup): Promise<DeviceProcess> {
    const child = lab.spawn(host, process.execPath, [PROGRAM, JSON.stringify(setup)]);
    const device = new DeviceProcess(host, setup.identity, child);
    const ready = await device.until((report) => report.event === "ready", START_LIMIT_MS);
    if (ready.event === "ready") device.deviceId = ready.deviceId;
    return device;
  }

  async do(command: Command): Promise<Answer> {
    const n = this.#next++;
    const answer = Promise.withResolvers<Answer>();
    this.#waiting.set(n, answer.resolve);
    this.#child.stdin.write(`${JSON.stringify({ n, ...command })}\n`);
    return answer.promise;
  }

  /**
   * The first report that fits, of those made within the limit.
   * @param since Unix ms from which on reports count, and the limit; without it all count, and the limit from now on
   * @throws when there is none in time
   */
  async until(fits: (report: Report) => boolean, limitMs: number, since?: number): Promise<Report> {
    const until = (since ?? Date.now()) + limitMs;
    const found = Promise.withResolvers<Report>();
    const look = () => {
      const report = this.reports.find(
        (candidate) => candidate.at >= (since ?? 0) && candidate.at <= until && fits(candidate),
      );
      if (report) found.resolve(report);
    };
    const timer = setTimeout(
      () => found.reject(new Error(`${this.host}: nothing within ${limitMs / 1000} s. ${this.#errorOutput}`)),
      until - Date.now(),
    );
    this.#watchers.add(look);
    look();
    try {
      return await found.promise;
    } finally {
      clearTimeout(timer);
      this.#watchers.delete(look);
    }
  }

  /** Ends it at once and without notice. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 5_000);
    await ended;
    clearTimeout(timer);
  }

  #receive(message: Report | (Answer & { readonly n: number })): void {
    if ("n" in message) {
      this.#waiting.get(message.n)?.(message);
      this.#waiting.delete(message.n);
    } else {
      this.reports.push(message);
      for (const look of this.#watchers) look();
    }
  }
}
