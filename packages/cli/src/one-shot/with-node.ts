import type { DhtRunner } from "@hashmere/dht";
import type { CommandContext } from "../command-context.ts";
import { CommandError } from "../command-error.ts";
import type { ExitStatus as Status } from "../exit-status.ts";
import { ExitStatus } from "../exit-status.ts";
import { type OwnIdentityOptions, ownIdentity } from "../identity/own-identity.ts";
import { stopwatch } from "../output/duration.ts";
import { lineLogger } from "../output/line-logger.ts";
import { Output } from "../output/output.ts";
import { fetchWith, throughProxy } from "../proxy/client-options.ts";
import { TOKEN_VARIABLE } from "../proxy/options.ts";
import { startNode } from "../start-node.ts";
import { type NodeOptions, PUBLIC_BOOTSTRAP } from "./options.ts";

/** What a one-shot command works with. */
export interface OneShot {
  readonly node: DhtRunner;
  readonly output: Output;
  /** Aborted when `--timeout` has passed since the start, or by Ctrl-C. */
  readonly limit: AbortSignal;
  /** Time since the start, as text. */
  elapsed(): string;
}

/**
 * Starts a node in client mode (it stays out of others' routing tables: it is gone in a moment), waits until it is
 * connected, runs the command on it, and ends it.
 * @throws CommandError when it can't be started or nobody answers
 */
export async function withNode(
  options: NodeOptions & OwnIdentityOptions,
  context: CommandContext,
  command: (oneShot: OneShot) => Promise<Status>,
): Promise<Status> {
  const { streams, interrupted } = context;
  const identity = await ownIdentity(options, context); // a password may have to be typed: the time runs from then
  const fetch = options.proxy ? await fetchWith({ ca: options.ca, identity }) : undefined;
  const output = new Output(streams, options.json ?? false);
  const elapsed = stopwatch();
  const limit = AbortSignal.any([interrupted, AbortSignal.timeout(options.timeout)]);
  const ways = options.proxy ? [options.proxy] : (options.bootstrap ?? [PUBLIC_BOOTSTRAP]);
  const config = {
    port: options.port,
    network: options.network,
    clientMode: true,
    ...(options.proxy ? throughProxy(options.proxy, { fetch }) : { bootstrap: ways }),
    identity,
    ...(options.verbose && { logger: lineLogger((line) => output.log(line), streams.stderr.isTTY) }),
  };
  // The log says it too.
  const node = await startNode(config, (trouble) => options.verbose || output.chatter(trouble));
  let problem: string | undefined;
  node.addEventListener("error", ({ error }) => {
    problem = error.message;
  });
  try {
    output.progress(`connecting through ${ways.join(", ")} …`);
    if (!(await isConnected(node, limit))) {
      interrupted.throwIfAborted();
      throw options.proxy ? noProxy(options.proxy, elapsed(), problem) : noNetwork(ways, options.network, elapsed());
    }
    return await command({ node, output, limit, elapsed });
  } finally {
    output.progress("");
    await node.join();
  }
}

/** False when no host has answered, or the limit has come first. */
async function isConnected(node: DhtRunner, limit: AbortSignal): Promise<boolean> {
  const lost = new AbortController();
  const onStatus = () => {
    if (node.status === "disconnected") lost.abort();
  };
  node.addEventListener("statuschange", onStatus);
  try {
    await node.connected({ signal: AbortSignal.any([limit, lost.signal]) });
    return true;
  } catch {
    return false; // the signal's reason: nothing else makes the wait fail
  } finally {
    node.removeEventListener("statuschange", onStatus);
  }
}

function noProxy(url: string, elapsed: string, problem = "the proxy has lost its own network"): CommandError {
  return new CommandError({
    status: ExitStatus.noNetwork,
    code: "ERR_NO_NETWORK",
    message: `no way into the network through ${url} in ${elapsed}: ${problem}`,
    hint: `Look at it with \`hashmere url\`, name another one, or leave --proxy out. Its token, if it has one, goes into ${TOKEN_VARIABLE}; an authority of its own is named with --ca, and who you are, where it asks for a certificate, with --identity.`,
  });
}

function noNetwork(hosts: readonly string[], network: number, elapsed: string): CommandError {
  const ways = hosts.length > 1 ? "These addresses are" : "This address is";
  return new CommandError({
    status: ExitStatus.noNetwork,
    code: "ERR_NO_NETWORK",
    message: `no answer from ${hosts.join(", ")} in ${elapsed}`,
    reason: `${ways} wrong, no node of network ${network} runs there, or a firewall stops UDP.`,
    hint: "Name another way in with --bootstrap host[:port], or wait longer with --timeout.",
  });
}
