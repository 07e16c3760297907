import { readFile } from "node:fs/promises";
import type { DhtRunnerConfig } from "@hashmere/dht";
import { proxyBackendWith } from "@hashmere/proxy/client";
import type { Command } from "commander";
import { TOKEN_VARIABLE } from "./options.ts";

/** How dhtnode names itself to proxies. */
export const PUSH_CLIENT_ID = "dhtnode";

/** How dhtnode acts through somebody else's node. */
export interface ProxyClientOptions {
  readonly proxyclient?: string;
  readonly devicekey?: string;
}

export function addProxyClientOptions(command: Command): Command {
  return command
    .option("--proxyclient <url>", "act through this proxy: host:port or URL; several, with commas: as one fails")
    .option("--devicekey <token>", "have the proxy push what is listened to, to this device or UnifiedPush endpoint");
}

/** A node that acts through a proxy from the start, if one is named, and can do so later. A token comes from the environment. */
export function throughProxy(
  url: string | undefined,
  { devicekey, fetch }: ProxyClientOptions & { readonly fetch?: typeof globalThis.fetch | undefined } = {},
): Partial<DhtRunnerConfig> {
  const token = process.env[TOKEN_VARIABLE];
  const proxy = proxyBackendWith({ fetch, authorization: token ? `Bearer ${token}` : undefined });
  return { proxy, proxyServer: url, pushToken: devicekey, pushNodeId: PUSH_CLIENT_ID };
}

/** What `--ca` is for. */
export const CA_HELP = "trust servers with a certificate from these authorities (PEM) instead of well-known ones";

/**
 * A `fetch` that trusts the authorities in a file; undefined where none is named.
 * @throws TypeError when the file holds no certificate; what `readFile` throws
 */
export async function fetchTrusting(file: string | undefined): Promise<typeof fetch | undefined> {
  if (file === undefined) return undefined;
  const serverCa = await readFile(file, "utf8");
  const { proxyFetch } = await import("@hashmere/proxy"); // brings a whole web server
  return proxyFetch({ serverCa });
}
