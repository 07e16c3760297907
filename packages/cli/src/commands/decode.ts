import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { addAbortSignal, type Readable } from "node:stream";
import { type Command, Option } from "commander";
import type { CommandContext } from "../command-context.ts";
import { type CommandError, wrongUse } from "../command-error.ts";
import { readCapture } from "../decode/capture.ts";
import { describeDatagram, type NotUnderstood } from "../decode/describe-datagram.ts";
import { inspectValue } from "../decode/inspect-value.ts";
import { udpDatagramOf } from "../decode/udp.ts";
import { ExitStatus } from "../exit-status.ts";
import { openPrivateKey } from "../identity/open-identity.ts";
import { addPasswordOptions, type PasswordOptions } from "../identity/password.ts";
import { uint } from "../options.ts";
import { LineWriter } from "../output/line-writer.ts";
import type { Streams } from "../output/output.ts";

interface DecodeOptions extends PasswordOptions {
  readonly pcap?: string;
  readonly port?: number;
  readonly value?: boolean;
  readonly key?: string;
}

export function addDecodeCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("decode")
    .description("print what datagrams say, a JSON object a line; reads them as hexadecimal, one a line, from stdin")
    .option("--pcap <file>", "read UDP datagrams from a pcap or pcapng file; - is standard input")
    .addOption(
      new Option("--port <port>", "of a capture, only what comes from or goes to this port").argParser(uint(16)),
    )
    .addOption(
      new Option("--value", "read packed values instead, and check their signatures").conflicts(["pcap", "port"]),
    )
    .option("--key <file>", "with --value: decrypt with this private key");
  addPasswordOptions(command).action((options: DecodeOptions) => context.run(() => decode(options, context)));
}

async function decode(options: DecodeOptions, context: CommandContext): Promise<ExitStatus> {
  const { streams, interrupted } = context;
  const { pcap, port, value, key } = options;
  if (key !== undefined && !value) throw keyWithoutValues();
  const output = new LineWriter(streams.stdout, interrupted);
  if (value) {
    const privateKey = key === undefined ? undefined : await openPrivateKey(key, options, context);
    await decodeLines(streams, output, interrupted, (bytes) => inspectValue(bytes, privateKey));
  } else if (pcap === undefined) await decodeLines(streams, output, interrupted, describeDatagram);
  else {
    const stream = pcap === "-" ? streams.stdin : createReadStream(pcap);
    await decodeCapture(addAbortSignal(interrupted, stream), port, output);
  }
  return ExitStatus.done;
}

function keyWithoutValues(): CommandError {
  return wrongUse("--key decrypts values, and datagrams are read here", "Add --value, and give packed values.");
}

/** Blank lines are passed over; every other one is answered, also when it is not what was expected. */
async function decodeLines(
  { stdin }: Streams,
  output: LineWriter,
  interrupted: AbortSignal,
  describe: (bytes: Uint8Array) => object | Promise<object>,
): Promise<void> {
  for await (const line of createInterface({ input: addAbortSignal(interrupted, stdin), terminal: false })) {
    const hex = line.trim();
    if (hex === "") continue;
    await output.write(JSON.stringify(isHex(hex) ? await describe(Buffer.from(hex, "hex")) : NOT_HEX));
  }
}

const NOT_HEX: NotUnderstood = { error: "not hexadecimal: two digits for each byte, nothing else" };

function isHex(text: string): boolean {
  return /^([0-9a-fA-F]{2})+$/.test(text);
}

async function decodeCapture(stream: Readable, port: number | undefined, output: LineWriter): Promise<void> {
  for await (const frame of readCapture(stream)) {
    const datagram = udpDatagramOf(frame);
    if (!datagram) continue;
    const { source, destination, payload } = datagram;
    if (port !== undefined && source.port !== port && destination.port !== port) continue;
    const place = { time: formatTime(frame.time), src: source, dst: destination };
    await output.write(JSON.stringify({ ...place, ...describeDatagram(payload) }));
  }
}

/** ISO 8601 in UTC, with microseconds. */
function formatTime(microseconds: bigint): string {
  const date = new Date(Number(microseconds / 1000n));
  return Number.isNaN(date.getTime())
    ? microseconds.toString()
    : date.toISOString().replace("Z", `${(microseconds % 1000n).toString().padStart(3, "0")}Z`);
}
