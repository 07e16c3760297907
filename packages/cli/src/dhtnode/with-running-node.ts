import type { DhtRunner, Logger } from "@hashmere/dht";
import type { CommandContext } from "../command-context.ts";
import { ExitStatus } from "../exit-status.ts";
import type { Streams } from "../output/output.ts";
import { fetchAs, throughProxy } from "../proxy/client-options.ts";
import { startNode } from "../start-node.ts";
import { type LogTarget, logFile, systemLog } from "./log-target.ts";
import { nodeIdentity } from "./node-identity.ts";
import type { DhtnodeOptions } from "./options.ts";
import { stop } from "./stop.ts";

/** A node for as long as `use` takes. */
export async function withRunningNode(
  options: DhtnodeOptions,
  terminal: Logger,
  context: CommandContext,
  use: (node: DhtRunner, logger: Logger | undefined) => Promise<void>,
): Promise<ExitStatus> {
  const target = await openLog(options);
  try {
    const logger = target?.logger ?? (options.verbose ? terminal : undefined);
    const identity = await nodeIdentity(options, context);
    const through = throughProxy(options.proxyclient, { ...options, fetch: fetchAs(identity) });
    const config = { ...toConfig(options), ...through, identity, certCacheAll: identity !== undefined, logger };
    // A log on the terminal says it too.
    const isSaid = logger !== undefined && target === undefined;
    const node = await startNode(config, (text) => isSaid || context.streams.stderr.write(`${text}\n`));
    try {
      await use(node, logger);
      await stop(node, context.interrupted);
    } finally {
      await node.join();
    }
    return ExitStatus.done;
  } finally {
    target?.close();
  }
}

async function openLog({ logfile, syslog }: DhtnodeOptions): Promise<LogTarget | undefined> {
  if (logfile !== undefined) return logFile(logfile);
  return syslog ? systemLog() : undefined;
}

function toConfig(options: DhtnodeOptions) {
  return {
    port: options.port,
    network: options.network ?? options.net,
    bootstrap: options.bootstrap,
    publicStable: options.publicStable,
    persistPath: options.persist,
    peerDiscovery: options.peerDiscovery,
    peerPublish: options.peerDiscovery,
    ...(!options.rateLimit && { maxReqPerSec: -1, maxPeerReqPerSec: -1, maxSearches: -1, maxStoreSize: -1 }),
  };
}

/** Tells where the node is led, in dhtnode's words. */
export function announceBootstrap({ bootstrap = [] }: DhtnodeOptions, { stdout }: Streams): void {
  for (const host of bootstrap) stdout.write(`Bootstrap: ${host}\n`);
}
