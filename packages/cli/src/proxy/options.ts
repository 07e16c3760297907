import { readFile } from "node:fs/promises";
import type { ProxyTls } from "@hashmere/proxy";
import { type Command, Option } from "commander";
import { uint } from "../options.ts";

/** The variable that holds a token which clients of `hashmere proxy` must present. */
export const TOKEN_VARIABLE = "HASHMERE_PROXY_TOKEN";

export const PRIVATE_ENDPOINTS_HELP =
  "push to UnifiedPush endpoints in private networks, and over plain HTTP, too: clients then have this machine post there";

/** How dhtnode opens its node to others. */
export interface ProxyServerOptions {
  readonly proxyserver?: number;
  readonly proxyserverssl?: number;
  readonly proxyCertificate?: string;
  readonly proxyPrivkey?: string;
  readonly proxyPrivkeyPassword?: string;
  readonly proxyAddr?: string;
  readonly pushserver?: string;
  readonly bundleid?: string;
  readonly unifiedpushPrivate?: boolean;
}

export function addProxyServerOptions(command: Command): Command {
  return command
    .addOption(new Option("--proxyserver <port>", "serve the REST interface over HTTP").argParser(uint(16)))
    .addOption(new Option("--proxyserverssl <port>", "serve it over HTTPS").argParser(uint(16)))
    .option("--proxy-certificate <path>", "for HTTPS: the certificate, PEM (a chain)")
    .option("--proxy-privkey <path>", "and its private key, PEM")
    .option("--proxy-privkey-password <text>", "and that key's password")
    .option("--proxy-addr <address>", "where both listen; default: everywhere")
    .option("--pushserver <[host:]port>", "send push notifications through this gorush")
    .option("--bundleid <text>", "topic of iOS applications that name none")
    .option("--unifiedpush-private", PRIVATE_ENDPOINTS_HELP);
}

/**
 * What the server proves itself with, and whose certificates it wants to see; undefined where no certificate is named.
 * @throws TypeError when only half of it is named; what `readFile` throws
 */
export async function readTls(
  certificate: string | undefined,
  key: string | undefined,
  { passphrase, clientCa }: { readonly passphrase?: string | undefined; readonly clientCa?: string | undefined } = {},
): Promise<ProxyTls | undefined> {
  if (certificate === undefined && key === undefined && clientCa === undefined) return undefined;
  if (certificate === undefined || key === undefined)
    throw new TypeError("HTTPS needs both a certificate and its private key: name the file that is missing");
  return {
    certificate: await readFile(certificate, "utf8"),
    key: await readFile(key, "utf8"),
    passphrase,
    clientCa: clientCa === undefined ? undefined : await readFile(clientCa, "utf8"),
  };
}
