import type { Command } from "commander";
import { aborted } from "../aborted.ts";
import { reportSilence } from "../bootstrap-report.ts";
import type { CommandContext } from "../command-context.ts";
import { reportFailure, reportRunning, startDaemon } from "../dhtnode/daemon.ts";
import { daemonPassword } from "../dhtnode/node-identity.ts";
import { describeNode } from "../dhtnode/node-info.ts";
import { addDhtnodeOptions, type DhtnodeOptions } from "../dhtnode/options.ts";
import { announceBootstrap, withRunningNode } from "../dhtnode/with-running-node.ts";
import { ExitStatus } from "../exit-status.ts";
import { toCommandError } from "../failure.ts";
import { lineLogger } from "../output/line-logger.ts";
import { Proxies } from "../proxy/proxies.ts";
import { HELP_HINT, Shell } from "../shell/shell.ts";

export function addDhtnodeCommand(program: Command, context: CommandContext): Command {
  return addDhtnodeOptions(program.command("dhtnode"))
    .alias("node")
    .description("run a node, with a prompt or as a service: a drop-in for dhtnode")
    .action((options: DhtnodeOptions) => context.run(() => dhtnode(options, context)));
}

async function dhtnode(options: DhtnodeOptions, context: CommandContext): Promise<ExitStatus> {
  process.on("SIGHUP", () => {}); // a terminal that closes is no reason to stop
  if (options.daemonChild) return inBackground(options, context);
  if (options.daemonize) {
    const pid = await startDaemon(await daemonPassword(options, context));
    context.streams.stderr.write(`running in the background, process ${pid}\n`);
    return ExitStatus.done;
  }
  return options.service ? serve(options, context) : withPrompt(options, context);
}

async function inBackground(options: DhtnodeOptions, context: CommandContext): Promise<ExitStatus> {
  // Without a terminal, `-v` means the system's log.
  const settled = { ...options, syslog: options.syslog ?? (options.verbose === true && options.logfile === undefined) };
  try {
    return await serve(settled, context, reportRunning);
  } catch (error) {
    reportFailure(toCommandError(error));
    throw error;
  }
}

async function serve(options: DhtnodeOptions, context: CommandContext, onRunning = () => {}): Promise<ExitStatus> {
  const { streams, interrupted } = context;
  const write = (text: string) => streams.stderr.write(`${text}\n`);
  const terminal = lineLogger((line) => streams.stderr.write(line), streams.stderr.isTTY);
  return withRunningNode(options, terminal, context, async (node) => {
    reportSilence(node, options.bootstrap ?? [], write);
    await using _proxies = await Proxies.open(node, { options, logger: terminal });
    announceBootstrap(options, streams);
    onRunning();
    await aborted(interrupted);
  });
}

async function withPrompt(options: DhtnodeOptions, context: CommandContext): Promise<ExitStatus> {
  const { streams, interrupted } = context;
  const shell = await Shell.open(streams);
  return withRunningNode(options, shell.logger, context, async (node, logger) => {
    announceBootstrap(options, streams);
    reportSilence(node, options.bootstrap ?? [], (text) => shell.complain(text));
    await using proxies = await Proxies.open(node, { options, logger: shell.logger });
    shell.print(`${describeNode(node)}\n${HELP_HINT}\n`);
    await shell.run(node, { proxies, logger, signal: interrupted });
    shell.print("\nStopping node...");
  });
}
