// The side that is connected to. Prints one port per carrier; the first line on a stream says what is wanted of it.
import type { Duplex } from "node:stream";
import { generateIdentity } from "@hashmere/crypto";
import { listenCarrier } from "./carriers.ts";
import { liveBytes } from "./live-bytes.ts";
import { writeMany } from "./write-many.ts";

const host = process.argv[2] ?? "127.0.0.1";
const identity = await generateIdentity("bench", { bits: 2048 });
const kinds = ["link", "frames", "udp", "tls"] as const;
const listening = kinds.map(async (kind) => [kind, await listenCarrier(kind, host, identity, serve)] as const);
const ports = Object.fromEntries(await Promise.all(listening));
console.log(JSON.stringify(ports));
process.stdin.on("end", () => process.exit()).resume();

function serve(stream: Duplex): void {
  stream.on("error", () => {});
  stream.once("data", (first: Buffer) => {
    const lineEnd = first.indexOf("\n");
    const [command, count] = first.subarray(0, lineEnd).toString().split(" ");
    const rest = first.length - lineEnd - 1;
    if (command === "sink") sink(stream, Number(count) - rest);
    else if (command === "source") void writeMany(stream, Number(count));
    else if (command === "ignore") stream.pause();
    else if (command === "memory") tellMemory(stream);
    else stream.on("data", (chunk: Buffer) => stream.write(chunk));
  });
}

/** Now and whenever it is asked again. */
function tellMemory(stream: Duplex): void {
  const tell = () => stream.write(`${liveBytes()}\n`);
  stream.on("data", tell);
  tell();
}

function sink(stream: Duplex, bytes: number): void {
  let left = bytes;
  stream.on("data", (chunk: Buffer) => {
    left -= chunk.length;
    if (left === 0) stream.write("k");
  });
}
