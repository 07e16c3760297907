import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { main } from "../../src/main.ts";
import type { Outcome } from "../support/cli.ts";

/** Runs `hashmere kademlia` to its end without a process of its own, which would take most of the time. */
export async function kademlia(...args: readonly string[]): Promise<Outcome> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end();
  const [out, err] = [buffer(stdout), buffer(stderr)];
  const status = await main(["kademlia", ...args], { stdin, stdout, stderr });
  stdout.end();
  stderr.end();
  const stdoutBytes = await out;
  return { status, stdout: `${stdoutBytes}`, stdoutBytes, stderr: `${await err}` };
}
