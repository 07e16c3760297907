/**
 * The distributed example: three peers, each with a web server; what is posted to the first is read from the third.
 *
 *     node examples/kademlia-three-peers/run.ts [--once] [--loopback] [--web 8080]
 *
 * As root on Linux, each peer has an address of its own in a network namespace (192.168.33.10, .11, .12); otherwise, or
 * with --loopback, all are on 127.0.0.1 with web ports 8080, 8081, 8082. With --once the peers end after the exchange.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { inNamespaces, type Machine, onLoopback, removeNamespaces } from "./machines.ts";

const PEER = fileURLToPath(new URL("peer.ts", import.meta.url));
const PATIENCE_MS = 15_000;

const { values } = parseArgs({
  options: {
    once: { type: "boolean", default: false },
    loopback: { type: "boolean", default: false },
    web: { type: "string", default: "8080" },
  },
});

const hasOwnAddresses = !values.loopback && process.platform === "linux" && process.getuid?.() === 0;
const machines = hasOwnAddresses ? inNamespaces(Number(values.web)) : onLoopback(Number(values.web));
const peers: ChildProcess[] = [];
try {
  for (const machine of machines) peers.push(await startPeer(machine, machines[0]));
  const [first, , third] = machines.map(({ host, webPort }) => `http://${host}:${webPort}`);
  await untilNeighbours(`${first}/neighbours`, machines.length - 1);
  await show(`curl --data "hi there" ${first}/dht/one`, () => post(`${first}/dht/one`, "hi there"));
  await show(`curl ${third}/dht/one`, () => read(`${third}/dht/one`));
  await show(`curl ${third}/neighbours`, () => read(`${third}/neighbours`));
  if (!values.once) {
    console.log("\nThe peers run on; Ctrl-C ends them.");
    await new Promise((resolve) => process.once("SIGINT", resolve).once("SIGTERM", resolve));
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await Promise.all(peers.map(end));
  if (hasOwnAddresses) removeNamespaces();
}

async function startPeer(
  { host, udpPort, webPort, prefix }: Machine,
  first: Machine | undefined,
): Promise<ChildProcess> {
  const [command = process.execPath, ...args] = [
    ...prefix,
    process.execPath,
    PEER,
    `--host=${host}`,
    `--port=${udpPort}`,
    `--web=${webPort}`,
    `--bootstrap=${first?.host}:${first?.udpPort}`,
  ];
  const peer = spawn(command, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const ended = once(peer, "exit").then(() => {
    throw new Error(`the peer at ${host} could not start: are UDP port ${udpPort} and TCP port ${webPort} free there?`);
  });
  await Promise.race([once(peer, "message"), ended]);
  ended.catch(() => {}); // later on it is meant to end
  console.log(`peer at ${host}: UDP ${udpPort}, web ${webPort}`);
  return peer;
}

async function end(peer: ChildProcess): Promise<void> {
  if (peer.exitCode !== null || peer.signalCode !== null) return;
  peer.kill();
  await once(peer, "exit");
}

async function untilNeighbours(url: string, count: number): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while ((JSON.parse(await read(url)) as unknown[]).length < count) {
    if (Date.now() > deadline) throw new Error(`after ${PATIENCE_MS / 1000} s the peers have not found each other`);
    await setTimeout(100);
  }
}

async function show(command: string, act: () => Promise<string>): Promise<void> {
  console.log(`\n$ ${command}\n${await act()}`);
}

async function post(url: string, body: string): Promise<string> {
  const response = await fetch(`${url}?wait=1`, { method: "POST", body });
  return answered(response);
}

async function read(url: string): Promise<string> {
  return answered(await fetch(url));
}

async function answered(response: Response): Promise<string> {
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}`);
  return response.text();
}
