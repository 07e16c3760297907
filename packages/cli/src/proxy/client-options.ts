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
  { devicekey }: ProxyClientOptions = {},
): Partial<DhtRunnerConfig> {
  const token = process.env[TOKEN_VARIABLE];
  const proxy = proxyBackendWith({ authorization: token ? `Bearer ${token}` : undefined });
  return { proxy, proxyServer: url, pushToken: devicekey, pushNodeId: PUSH_CLIENT_ID };
}
