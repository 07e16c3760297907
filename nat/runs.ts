import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const NATLAB = fileURLToPath(new URL("natlab", import.meta.url));

/** Where natlab keeps what it knows of each laboratory, in a folder of its name. */
const STATES = "/run/natlab";

/** Process id of the run that laboratories belong to, so that it can take them down when a test could not. */
export const RUN_VARIABLE = "NAT_RUN";

/** A name that no other process uses, and that tells the run. */
export function laboratoryName(): string {
  return `hm${process.env[RUN_VARIABLE] ?? process.pid}w${process.pid}`;
}

/** Takes down all laboratories of a run. */
export function tearDownRun(pid: number): void {
  for (const { name, run } of laboratories()) if (run === pid) tearDown(name);
}

/** Takes down what runs that were killed have left behind. */
export function tearDownDeadRuns(): void {
  for (const { name, run } of laboratories()) if (!existsSync(`/proc/${run}`)) tearDown(name);
}

function tearDown(name: string): void {
  execFileSync(NATLAB, ["down"], { env: { ...process.env, NATLAB_NAME: name }, stdio: "ignore" });
}

function laboratories(): { readonly name: string; readonly run: number }[] {
  if (!existsSync(STATES)) return [];
  return readdirSync(STATES).flatMap((name) => {
    const [, run] = /^hm(\d+)w\d+$/.exec(name) ?? [];
    return run === undefined ? [] : [{ name, run: Number(run) }];
  });
}
