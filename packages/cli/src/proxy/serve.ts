import { readFile } from "node:fs/promises";
import { ProxyServer } from "@hashmere/proxy";
import { aborted } from "../aborted.ts";
import { reportSilence } from "../bootstrap-report.ts";
import type { CommandContext } from "../command-context.ts";
import { ExitStatus } from "../exit-status.ts";
import { type OwnIdentityOptions, ownIdentity } from "../identity/own-identity.ts";
import { lineLogger } from "../output/line-logger.ts";
import { startNode } from "../start-node.ts";
import type { LimitOptions } from "./limit-options.ts";
import { limitsOf } from "./limits.ts";
import { readTls, TOKEN_VARIABLE } from "./options.ts";
import { reportGateway } from "./report-gateway.ts";

export interface ProxyOptions extends OwnIdentityOptions, LimitOptions {
  readonly port: number;
  readonly host?: string;
  readonly udpPort: number;
  readonly network: number;
  readonly bootstrap?: readonly string[];
  readonly tlsCertificate?: string;
  readonly tlsKey?: string;
  readonly clientCa?: string;
  readonly tokenFile?: string;
  readonly trustProxy?: readonly string[];
  readonly state?: string;
  readonly pushGateway?: string;
  readonly bundleId?: string;
  readonly unifiedpushPrivate?: boolean;
  readonly dashboard: boolean;
  readonly verbose?: boolean;
}

/** A node and its REST proxy until Ctrl-C. */
export async function serveProxy(options: ProxyOptions, context: CommandContext): Promise<ExitStatus> {
  const { streams, interrupted } = context;
  const tell = (text: string) => streams.stderr.write(`${text}\n`);
  const terminal = lineLogger((line) => streams.stderr.write(line), streams.stderr.isTTY);
  const identity = await ownIdentity(options, context);
  const tls = await readTls(options.tlsCertificate, options.tlsKey, { clientCa: options.clientCa });
  const tokens = await readTokens(options.tokenFile);
  const { network, bootstrap = [], udpPort: port } = options;
  const logger = options.verbose ? terminal : undefined;
  await using node = await startNode({ network, bootstrap, port, identity, logger }, tell);
  reportSilence(node, bootstrap, tell);
  await using proxy = await ProxyServer.open({
    dht: node,
    port: options.port,
    host: options.host,
    tls,
    auth: { tokens },
    identity,
    limits: limitsOf(options),
    trustProxy: options.trustProxy,
    statePath: options.state,
    push: {
      gateway: options.pushGateway,
      defaultTopic: options.bundleId,
      allowPrivateEndpoints: options.unifiedpushPrivate,
    },
    dashboard: options.dashboard,
    logger: terminal,
  });
  void reportGateway(options.pushGateway, interrupted, tell);
  streams.stdout.write(`proxy  ${proxy.url}\nnode   ${node.nodeId} on UDP port ${node.getBound()?.port}\n`);
  if (bootstrap.length === 0) tell("without --bootstrap the node is alone until others join through it");
  await aborted(interrupted);
  await proxy.close();
  await node.shutdown({ stop: true });
  return ExitStatus.done;
}

/**
 * From a file, one per line, and from the environment; none at all lets everybody in.
 * @throws TypeError for a file without any: who names one doesn't want everybody to get in
 */
async function readTokens(file: string | undefined): Promise<readonly string[]> {
  const fromFile = file === undefined ? [] : tokensIn(await readFile(file, "utf8"));
  if (file !== undefined && fromFile.length === 0)
    throw new TypeError(`${file} holds no token: write one into it, or let everybody in without --token-file`);
  return [...fromFile, ...tokensIn(process.env[TOKEN_VARIABLE] ?? "")];
}

function tokensIn(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
