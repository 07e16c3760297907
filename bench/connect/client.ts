// The side that measures: one carrier, all of its figures, as one line of JSON.
import { once } from "node:events";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { generateIdentity } from "@hashmere/crypto";
import { quantile } from "../quantile.ts";
import { type Carrier, type CarrierKind, connectCarrier } from "./carriers.ts";
import { liveBytes } from "./live-bytes.ts";
import { BULK_BYTES, writeMany } from "./write-many.ts";

/** Before that, so much that both programs are compiled and TCP has found its pace. */
const WARM_UP_BYTES = 128 * 1024 * 1024;
const ROUND_TRIPS = 5_000;
const CHANNELS = 1_000;
const LINKS = 20;
/** Channels that nobody reads at the other side, and what is written to each. */
const UNREAD_CHANNELS = 100;
const UNREAD_BYTES = 1024 * 1024;
/** After that, all has been sent that ever will be. */
const UNREAD_WAIT_MS = 1_000;
const ECHO = Buffer.alloc(1_000, 1);

const [, , kind = "link", host = "127.0.0.1", port = "0"] = process.argv;
const identity = await generateIdentity("bench", { bits: 2048 });
const connect = () => connectCarrier(kind as CarrierKind, Number(port), host, identity);

const figures: Record<string, number> = {};
if (kind === "link") {
  figures.kb_per_link = await costOfLinks(); // before anything else has touched the heap
  Object.assign(figures, await manyChannels(await connect()));
  figures.kb_unread = await costOfUnread();
}
const carrier = await connect();
figures.up_mb_per_s = await throughput(carrier, sendBulk);
figures.down_mb_per_s = await throughput(carrier, receiveBulk);
figures.round_trip_p50_us = await roundTrip(carrier);
console.log(JSON.stringify(figures));
process.exit();

type Transfer = (stream: Duplex, bytes: number) => Promise<void>;

async function throughput(from: Carrier, transfer: Transfer): Promise<number> {
  const first = await from.open();
  await transfer(first, WARM_UP_BYTES);
  first.destroy();
  const stream = await from.open();
  const begun = performance.now();
  await transfer(stream, BULK_BYTES);
  const seconds = (performance.now() - begun) / 1000;
  stream.destroy();
  return BULK_BYTES / 1e6 / seconds;
}

async function sendBulk(stream: Duplex, bytes: number): Promise<void> {
  stream.write(`sink ${bytes}\n`);
  const done = once(stream, "data");
  await writeMany(stream, bytes);
  await done;
}

async function receiveBulk(stream: Duplex, bytes: number): Promise<void> {
  stream.write(`source ${bytes}\n`);
  await receive(stream, bytes);
}

async function roundTrip(from: Carrier): Promise<number> {
  const stream = await from.open();
  stream.write("echo\n");
  const times: number[] = [];
  for (let i = 0; i < ROUND_TRIPS; i++) {
    const begun = performance.now();
    stream.write("x");
    await once(stream, "data");
    times.push((performance.now() - begun) * 1000);
  }
  stream.destroy();
  return quantile(times, 0.5);
}

async function manyChannels(from: Carrier): Promise<Record<string, number>> {
  const heap = liveBytes();
  const begun = performance.now();
  const channels = await Promise.all(Array.from({ length: CHANNELS }, () => from.open()));
  const opened = performance.now();
  const kbPerChannel = (liveBytes() - heap) / CHANNELS / 1024;
  for (const channel of channels) channel.write("echo\n");
  const echoBegun = performance.now();
  await Promise.all(
    channels.map((channel) => {
      channel.write(ECHO);
      return receive(channel, ECHO.length);
    }),
  );
  const echoed = performance.now();
  for (const channel of channels) channel.destroy();
  return { open_1000_ms: opened - begun, echo_1000_ms: echoed - echoBegun, kb_per_channel: kbPerChannel };
}

async function costOfLinks(): Promise<number> {
  await (await connect()).close(); // what the first one loads stays
  const heap = liveBytes();
  const carriers = await Promise.all(Array.from({ length: LINKS }, connect));
  const cost = (liveBytes() - heap) / LINKS / 1024;
  await Promise.all(carriers.map((each) => each.close()));
  return cost;
}

function receive(stream: Duplex, bytes: number): Promise<void> {
  return new Promise((resolve) => {
    let left = bytes;
    stream.on("data", (chunk: Buffer) => {
      left -= chunk.length;
      if (left <= 0) resolve();
    });
  });
}

/** What the other side holds of data that nobody there reads. */
async function costOfUnread(): Promise<number> {
  const [asking, sending] = await Promise.all([connect(), connect()]);
  const memory = await asking.open();
  const ask = async () => {
    memory.write("memory\n");
    const [line] = await once(memory, "data");
    return Number(line);
  };
  const channels = await Promise.all(Array.from({ length: UNREAD_CHANNELS }, () => sending.open()));
  for (const channel of channels) channel.write("ignore\n");
  await sleep(UNREAD_WAIT_MS);
  const before = await ask();
  for (const channel of channels) channel.write(Buffer.alloc(UNREAD_BYTES));
  await sleep(UNREAD_WAIT_MS);
  const cost = (await ask()) - before;
  for (const channel of channels) channel.destroy();
  return cost / 1024;
}
