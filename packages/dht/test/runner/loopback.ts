import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { DhtRunner, type DhtRunnerConfig, SockAddr } from "../../src/index.ts";

/** A node on loopback, both families, no rate limits; ended with the test. */
export async function startNode(config: DhtRunnerConfig = {}): Promise<DhtRunner> {
  const node = await DhtRunner.run({
    bind4: "127.0.0.1",
    bind6: "[::1]",
    maxReqPerSec: -1,
    maxPeerReqPerSec: -1,
    ...config,
  });
  onTestFinished(() => node.join());
  return node;
}

/** Where the node can be reached over IPv4. */
export function addressOf(node: DhtRunner): SockAddr {
  const address = node.getBound(4);
  if (!address) throw new Error("the node has no IPv4 address");
  return address;
}

/** Two nodes, the second connected through the first. */
export async function startPair(config: DhtRunnerConfig = {}): Promise<[DhtRunner, DhtRunner]> {
  const first = await startNode(config);
  const second = await startNode({ ...config, bootstrap: [addressOf(first).toString()] });
  await second.connected();
  return [first, second];
}

/** A UDP address on loopback where nobody answers: a socket that is open and silent for as long as the test runs. */
export async function silentAddress(): Promise<SockAddr> {
  const { UdpTransport } = await import("../../src/index.ts");
  const transport = new UdpTransport({ bind4: SockAddr.ipv4(0x7f000001, 0), bind6: null });
  await transport.open({ onDatagram: () => {}, onUnreachable: () => {} });
  onTestFinished(() => transport.close());
  const address = transport.bound(4);
  if (!address) throw new Error("no silent socket");
  return address;
}

/** A folder that goes with the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "hashmere-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
