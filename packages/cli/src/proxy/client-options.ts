import { readFile } from "node:fs/promises";
import type { Identity } from "@hashmere/crypto";
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

/** Whom to trust, and as whom to come. */
export interface FetchOptions {
  /** File with authorities, PEM. Default: those of Node.js. */
  readonly ca?: string | undefined;
  /** Shown to servers that ask for a certificate. */
  readonly identity?: Identity | undefined;
}

/**
 * A `fetch` with certificates of one's own choice; undefined where the platform's own will do.
 * @throws TypeError when the file holds no certificate; what `readFile` throws
 */
export async function fetchWith({ ca, identity }: FetchOptions): Promise<typeof fetch | undefined> {
  if (ca === undefined && identity === undefined) return undefined;
  const serverCa = ca === undefined ? undefined : await readFile(ca, "utf8");
  const { proxyFetch } = await import("@hashmere/proxy"); // brings a whole web server
  return proxyFetch({ serverCa, identity });
}

/** The same for somebody who may never use it: it is made with the first request. */
export function fetchAs(identity: Identity | undefined): typeof fetch | undefined {
  if (identity === undefined) return undefined;
  let made: ReturnType<typeof fetchWith> | undefined;
  return async (input, init) => {
    made ??= fetchWith({ identity });
    return ((await made) ?? fetch)(input, init);
  };
}
