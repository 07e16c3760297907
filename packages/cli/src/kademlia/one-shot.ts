import { buffer } from "node:stream/consumers";
import { pythonText, Server, textOrBytes, type Value } from "@hashmere/kademlia";
import type { CommandContext } from "../command-context.ts";
import { CommandError, wrongUse } from "../command-error.ts";
import { ExitStatus } from "../exit-status.ts";
import { counted } from "../output/counted.ts";
import { Output } from "../output/output.ts";
import type { ServerOptions } from "./options.ts";
import { withUserErrors } from "./with-user-errors.ts";

export interface OneShotOptions extends ServerOptions {
  /** ms */
  readonly timeout: number;
  readonly json?: boolean;
}

interface OneShot {
  readonly server: Server;
  readonly output: Output;
  /** Aborted when `--timeout` has passed, or by Ctrl-C. */
  readonly limit: AbortSignal;
}

/** Prints the value at a key: text and bytes as they are, anything else as Python prints it. */
export function get(key: string, options: OneShotOptions, context: CommandContext): Promise<ExitStatus> {
  return withServer(options, context, async ({ server, output, limit }) => {
    const result = await server.get(key, { signal: limit });
    if (!result.found) {
      if (result.reason !== "absent") throw noNetwork(options);
      throw new CommandError({
        status: ExitStatus.nothingFound,
        code: "ERR_NOTHING_FOUND",
        message: `no value at "${key}" (asked ${counted(result.asked, "node")})`,
      });
    }
    const { value, source, holders, asked } = result;
    if (output.isJson) output.json({ value: toJson(value), source, holders, asked });
    else {
      output.bytes(value instanceof Uint8Array ? value : Buffer.from(toText(value)));
      if (output.isTerminal) output.bytes(Buffer.from("\n"));
    }
    return ExitStatus.done;
  });
}

/** Stores text, or what standard input holds: text if it is UTF-8, bytes otherwise. */
export async function set(
  key: string,
  text: string,
  options: OneShotOptions,
  context: CommandContext,
): Promise<ExitStatus> {
  const value = text === "-" ? textOrBytes(await buffer(context.streams.stdin)) : text;
  return withServer(options, context, async ({ server, output, limit }) => {
    const result = await server.set(key, value, { signal: limit, publish: false });
    if (!result.ok) {
      if (result.reason !== "refused") throw noNetwork(options);
      throw new CommandError({
        status: ExitStatus.refusedByPeer,
        code: "ERR_REFUSED",
        message: `none of ${counted(result.asked, "node")} stored the value`,
        hint: "They may be full, or have rules of their own.",
      });
    }
    const { asked, acknowledged } = result;
    if (output.isJson) output.json({ asked, acknowledged });
    else output.chatter(`stored on ${acknowledged} of ${counted(asked, "node")}`);
    return ExitStatus.done;
  });
}

async function withServer(
  options: OneShotOptions,
  { streams, interrupted }: CommandContext,
  command: (oneShot: OneShot) => Promise<ExitStatus>,
): Promise<ExitStatus> {
  const { bootstrap = [], port, interface: host, timeout } = options;
  if (bootstrap.length === 0) {
    throw wrongUse("there is no network to ask", "Name a node of it with --bootstrap host:port.");
  }
  const limit = AbortSignal.any([interrupted, AbortSignal.timeout(timeout)]);
  const output = new Output(streams, options.json ?? false);
  return withUserErrors(async () => {
    await using server = new Server({ visitor: true });
    await server.listen(port, host);
    try {
      if ((await server.bootstrap(bootstrap, { signal: limit })).length === 0) throw noNetwork(options);
      return await command({ server, output, limit });
    } catch (error) {
      throw limit.aborted && !interrupted.aborted ? timedOut(error) : error;
    }
  });
}

function noNetwork({ bootstrap = [] }: ServerOptions): CommandError {
  return new CommandError({
    status: ExitStatus.noNetwork,
    code: "ERR_NO_NETWORK",
    message: `no answer from ${bootstrap.map(({ host, port }) => `${host}:${port}`).join(", ")}`,
    reason: "No node runs there, or a firewall stops UDP.",
    hint: "Name another node with --bootstrap host:port.",
  });
}

function timedOut(cause: unknown): CommandError {
  return new CommandError({
    status: ExitStatus.timedOut,
    code: "ERR_TIMED_OUT",
    message: "the network has not answered in time",
    hint: "Wait longer with --timeout.",
    cause,
  });
}

function toText(value: Exclude<Value, Uint8Array>): string {
  return typeof value === "string" ? value : pythonText(value);
}

/** Bytes as `{"$bin": hex}`, integers beyond 2^53 as decimal text. */
function toJson(value: Value): unknown {
  if (value instanceof Uint8Array) return { $bin: Buffer.from(value).toString("hex") };
  if (typeof value === "bigint") return value.toString();
  return typeof value === "object" ? value.value : value;
}
