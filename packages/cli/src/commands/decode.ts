import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { addAbortSignal, type Readable } from "node:stream";
import { type Command, Option } from "commander";
import type { CommandContext } from "../command-context.ts";
import { readCapture } from "../decode/capture.ts";
import { type DatagramPicture, describeDatagram } from "../decode/describe-datagram.ts";
import { udpDatagramOf } from "../decode/udp.ts";
import { ExitStatus } from "../exit-status.ts";
import { uint } from "../options.ts";
import { LineWriter } from "../output/line-writer.ts";
import type { Streams } from "../output/output.ts";

interface DecodeOptions {
  readonly pcap?: string;
  readonly port?: number;
}

export function addDecodeCommand(program: Command, context: CommandContext): void {
  program
    .command("decode")
    .description("print what datagrams say, a JSON object a line; reads them as hexadecimal, one a line, from stdin")
    .option("--pcap <file>", "read UDP datagrams from a pcap or pcapng file; - is standard input")
    .addOption(
      new Option("--port <port>", "of a capture, only what comes from or goes to this port").argParser(uint(16)),
    )
    .action((options: DecodeOptions) => context.run(() => decode(options, context)));
}

async function decode({ pcap, port }: DecodeOptions, { streams, interrupted }: CommandContext): Promise<ExitStatus> {
  const output = new LineWriter(streams.stdout, interrupted);
  if (pcap === undefined) await decodeLines(streams, output, interrupted);
  else {
    const stream = pcap === "-" ? streams.stdin : createReadStream(pcap);
    await decodeCapture(addAbortSignal(interrupted, stream), port, output);
  }
  return ExitStatus.done;
}

/** Blank lines are passed over; every other one is answered, also when it is no datagram. */
async function decodeLines({ stdin }: Streams, output: LineWriter, interrupted: AbortSignal): Promise<void> {
  for await (const line of createInterface({ input: addAbortSignal(interrupted, stdin), terminal: false })) {
    const hex = line.trim();
    if (hex !== "") await output.write(JSON.stringify(describeHex(hex)));
  }
}

function describeHex(hex: string): DatagramPicture {
  if (!/^([0-9a-fA-F]{2})+$/.test(hex)) return { error: "not hexadecimal: two digits for each byte, nothing else" };
  return describeDatagram(Buffer.from(hex, "hex"));
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
