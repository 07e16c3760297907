import { readFile } from "node:fs/promises";
import { ProxyServer } from "@hashmere/proxy";
import { aborted } from "../aborted.ts";
import type { CommandContext } from "../command-context.ts";
import { reportSilence } from "../dhtnode/bootstrap-report.ts";
import { ExitStatus } from "../exit-status.ts";
import { type OwnIdentityOptions, ownIdentity } from "../identity/own-identity.ts";
import { lineLogger } from "../output/line-logger.ts";
import { startNode } from "../start-node.ts";
import { readTls, TOKEN_VARIABLE } from "./options.ts";

export interface ProxyOptions extends OwnIdentityOptions {
  readonly port: number;
  readonly host?: string;
  readonly udpPort: number;
  readonly network: number;
  readonly bootstrap?: readonly string[];
  readonly tlsCertificate?: string;
  readonly tlsKey?: string;
  readonly clientCa?: string;
  readonly tokenFile?: string;
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
  const tls = await readTls(options.tlsCertificate, options.tlsKey);
  const clientCa = options.clientCa === undefined ? undefined : await readFile(options.clientCa, "utf8");
  const tokens = await readTokens(options.tokenFile);
  const { network, bootstrap = [], udpPort: port } = options;
  const logger = options.verbose ? terminal : undefined;
  await using node = await startNode({ network, bootstrap, port, identity, logger }, tell);
  reportSilence(node, bootstrap, tell);
  await using proxy = await ProxyServer.open({
    dht: node,
    port: options.port,
    host: options.host,
    tls: tls && { ...tls, clientCa },
    auth: { tokens },
    identity,
    statePath: options.state,
    push: {
      gateway: options.pushGateway,
      defaultTopic: options.bundleId,
      allowPrivateEndpoints: options.unifiedpushPrivate,
    },
    dashboard: options.dashboard,
    logger: terminal,
  });
  streams.stdout.write(`proxy  ${proxy.url}\nnode   ${node.nodeId} on UDP port ${node.getBound()?.port}\n`);
  await aborted(interrupted);
  await proxy.close();
  await node.shutdown({ stop: true });
  return ExitStatus.done;
}

/** From a file, one per line, and from the environment; none at all lets everybody in. */
async function readTokens(file: string | undefined): Promise<readonly string[]> {
  const lines = file === undefined ? [] : (await readFile(file, "utf8")).split("\n");
  const tokens = [...lines, process.env[TOKEN_VARIABLE] ?? ""].map((line) => line.trim());
  return tokens.filter((token) => token !== "");
}
