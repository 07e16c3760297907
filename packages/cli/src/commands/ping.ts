import { lookup } from "node:dns/promises";
import { type DhtRunner, SockAddr, splitHostPort } from "@hashmere/dht";
import { type Command, Option } from "commander";
import type { CommandContext } from "../command-context.ts";
import { CommandError } from "../command-error.ts";
import { ExitStatus } from "../exit-status.ts";
import { collectHosts, durationOption, uint } from "../options.ts";
import { stopwatch } from "../output/duration.ts";
import { Output } from "../output/output.ts";
import { startNode } from "../start-node.ts";

interface PingOptions {
  readonly network: number;
  /** ms */
  readonly timeout: number;
  readonly json?: boolean;
}

export function addPingCommand(program: Command, context: CommandContext): void {
  program
    .command("ping")
    .description("ask whether a node answers at an address")
    .argument("<host[:port]>", "where; port 4222 if none is given", (text) => collectHosts(text)[0])
    .addOption(new Option("-n, --network <number>", "its network; 0: the public one").default(0).argParser(uint(32)))
    .addOption(durationOption("-t, --timeout <duration>", "give up after this time", "10s"))
    .option("--json", "the answer, or the error, as JSON")
    .action((target: string, options: PingOptions) => context.run(() => ping(target, options, context)));
}

async function ping(
  target: string,
  options: PingOptions,
  { streams, interrupted }: CommandContext,
): Promise<ExitStatus> {
  const output = new Output(streams, options.json ?? false);
  const node = await startNode({ network: options.network, clientMode: true });
  try {
    const limit = AbortSignal.any([interrupted, AbortSignal.timeout(options.timeout)]);
    for (const address of await resolve(target)) {
      const begun = performance.now();
      const elapsed = stopwatch();
      if (!(await answers(node, address, limit))) continue;
      if (output.isJson) output.json({ address, ms: performance.now() - begun });
      else output.line(`${address} answered in ${elapsed()}`);
      return ExitStatus.done;
    }
    interrupted.throwIfAborted();
    throw silence(target, options.network);
  } finally {
    await node.join();
  }
}

async function answers(node: DhtRunner, address: SockAddr, limit: AbortSignal): Promise<boolean> {
  try {
    return await node.ping(address, { signal: limit });
  } catch {
    return false; // the limit: nothing else makes a ping fail
  }
}

/** @throws CommandError when the name has no address */
async function resolve(target: string): Promise<readonly SockAddr[]> {
  const { host, port = 0 } = splitHostPort(target);
  try {
    const found = await lookup(host, { all: true });
    return found.flatMap(({ address }) => SockAddr.fromHost(address, port) ?? []);
  } catch (cause) {
    throw new CommandError({
      status: ExitStatus.noNetwork,
      code: "ERR_NO_NETWORK",
      message: `there is no host called ${host}`,
      reason: "The name is misspelt, or the name service can't be reached.",
      hint: "Give a numeric address, as in 10.0.0.1:4222.",
      cause,
    });
  }
}

function silence(target: string, network: number): CommandError {
  return new CommandError({
    status: ExitStatus.noNetwork,
    code: "ERR_NO_NETWORK",
    message: `no answer from ${target}`,
    reason: `No node of network ${network} runs there, or a firewall stops UDP.`,
    hint: "Check the address, --network, and that UDP may pass in both directions.",
  });
}
