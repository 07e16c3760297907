import {
  type Allow,
  CertificateStore,
  ConnectError,
  ConnectionManager,
  type ConnectionManagerOptions,
  type ConnectionStatus,
  type PeerDevice,
  TrustStore,
} from "@hashmere/connect";
import { InfoHash, SocketError } from "@hashmere/dht";
import type { CommandContext } from "../command-context.ts";
import { CommandError } from "../command-error.ts";
import { ExitStatus } from "../exit-status.ts";
import { idsOf } from "../identity/key-ids.ts";
import { lineLogger } from "../output/line-logger.ts";
import type { Output } from "../output/output.ts";
import { fetchAs, throughProxy } from "../proxy/client-options.ts";
import { socketFailed } from "../start-node.ts";
import { listenLocally } from "./local-listeners.ts";
import { NcReport } from "./nc-report.ts";
import { serve } from "./serve.ts";
import { describeServices } from "./services.ts";
import type { NcSettings, ServeTask } from "./settings.ts";
import { transfer } from "./transfer.ts";

/**
 * Does what the settings say, until it is done or interrupted.
 * @throws ConnectError, CommandError
 */
export async function runNc(settings: NcSettings, context: CommandContext, output: Output): Promise<ExitStatus> {
  const { task, timeoutMs } = settings;
  const { interrupted: signal, streams } = context;
  await using manager = await open(settings, context, output);
  switch (task.kind) {
    case "serve":
      tellOffer(settings, task, output);
      await serve(manager, task.services, new NcReport(output), signal);
      break;
    case "transfer": {
      showProgress(manager, task.device, output);
      const opening = manager.connect(task.device, task.channel, { signal, timeoutMs });
      const channel = await opening.finally(() => output.progress(""));
      await transfer(channel, streams, { ...task, signal });
      break;
    }
    case "listen": {
      const connect = (channel: string) => manager.connect(task.device, channel, { signal, timeoutMs });
      await listenLocally({ ...task, connect, output }, signal);
    }
  }
  return signal.aborted ? ExitStatus.interrupted : ExitStatus.done;
}

async function open(settings: NcSettings, { streams }: CommandContext, output: Output): Promise<ConnectionManager> {
  const { identity, bootstrap, cachePath, turn, portMapping, loopback, task, verbose } = settings;
  const isServer = task.kind === "serve";
  try {
    return await ConnectionManager.open({
      identity,
      bootstrap,
      cachePath,
      turn,
      portMapping,
      includeLoopback: loopback,
      allow: isServer ? await allowOf(task, settings) : [],
      // A server may run under the same identity: then the refusal is not ours to give.
      answerRefusals: isServer,
      node: nodeOptions(settings),
      ...(verbose && { logger: lineLogger((line) => output.log(line), streams.stderr.isTTY) }),
    });
  } catch (error) {
    if (error instanceof SocketError) throw socketFailed(error);
    throw error instanceof ConnectError && error.code === "ERR_BAD_CERTIFICATE" ? ownIdentityFailed(error) : error;
  }
}

/** No peer is to blame. */
function ownIdentityFailed({ code, message }: ConnectError): CommandError {
  const hint = "`hashmere cert new` makes one with an RSA key.";
  return new CommandError({ status: ExitStatus.couldNotStart, code, message, hint });
}

const STEPS: Partial<Record<ConnectionStatus, string>> = {
  connecting: "asking the device",
  ice: "looking for a path",
  tls: "proving who we are",
};

/** A line on a terminal that tells how far it has got. */
function showProgress(manager: ConnectionManager, device: string, output: Output): void {
  output.progress(`looking for ${device} …`);
  manager.addEventListener("connection", ({ connection }) => {
    const step = STEPS[connection.status];
    if (step !== undefined) output.progress(`${step} …`);
  });
}

/** A client is gone in a moment: it stays out of others' tables, and leaves the node id to a server that may run here. */
function nodeOptions({ network, proxy, identity, task }: NcSettings): ConnectionManagerOptions["node"] {
  const way = proxy === undefined ? { network } : { network, ...throughProxy(proxy, { fetch: fetchAs(identity) }) };
  return task.kind === "serve" ? way : { ...way, clientMode: true, nodeId: InfoHash.random(), persistPath: undefined };
}

/** Devices that share our authority are allowed with those named: so does DHTNet's own server. */
async function allowOf({ allow }: ServeTask, { identity }: NcSettings): Promise<Allow> {
  const trust = new TrustStore(await CertificateStore.open());
  const { issuer } = identity.certificate;
  if (issuer !== undefined) await trust.setCertificateStatus(issuer, "ALLOWED");
  const named: Set<string> = new Set(allow === "anybody" ? [] : allow.map((id) => id.toLowerCase()));
  return ({ certificate, accountId }: PeerDevice) => {
    const { id, longId } = idsOf(certificate.publicKey);
    const isNamed = [id, longId, accountId].some((name) => named.has(name));
    return isNamed || trust.isAllowed(certificate, { allowPublic: allow === "anybody" });
  };
}

function tellOffer({ identity }: NcSettings, { allow, services }: ServeTask, output: Output): void {
  const { id, longId } = idsOf(identity.key.publicKey);
  if (output.isJson) output.json({ event: "ready", device: longId, shortId: id });
  const whom = allow === "anybody" ? "anybody" : allow.length === 0 ? "devices of our own authority" : allow.join(", ");
  output.chatter(`this device is ${longId} (short id ${id})`);
  output.chatter(`it offers ${describeServices(services)} to ${whom}`);
}
