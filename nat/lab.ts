import { type ChildProcessWithoutNullStreams, execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import { laboratoryName, NATLAB } from "./runs.ts";

/** Addresses that the laboratory gives to its public hosts. */
export const BOOT = "11.11.11.10";
export const TURN = { host: "11.11.11.20", username: "sfl", password: "sfl", realm: "sfl" } as const;
export const TURN_6 = { ...TURN, host: "2001:db8:0:1::20" } as const;

/** An Internet of network namespaces: public hosts, and networks behind routers of all kinds. Needs root. */
export class Lab implements AsyncDisposable {
  readonly #environment: NodeJS.ProcessEnv = { ...process.env, NATLAB_NAME: laboratoryName(), NATLAB_HOSTS: "2" };

  /**
   * One at a time in a process.
   * @param networks by name, each with its type and modifiers as `natlab topologies` lists them; hosts are named after them
   */
  static async up(networks: Readonly<Record<string, string>>): Promise<Lab> {
    const lab = new Lab();
    await lab.run("up", ...Object.entries(networks).map(([network, type]) => `${network}=${type}`));
    return lab;
  }

  /** A command of natlab: `reboot-nat a`, `link a1 down` … */
  async run(...args: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(NATLAB, args, { env: this.#environment });
    return stdout;
  }

  /** A program on one of the hosts. */
  spawn(host: string, command: string, args: readonly string[]): ChildProcessWithoutNullStreams {
    return spawn(NATLAB, ["exec", host, command, ...args], { env: this.#environment, stdio: "pipe" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run("down");
  }
}
