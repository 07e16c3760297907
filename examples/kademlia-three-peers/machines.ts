import { execFileSync } from "node:child_process";

/** A place where one peer runs. */
export interface Machine {
  readonly host: string;
  readonly udpPort: number;
  readonly webPort: number;
  /** What to put before a command so that it runs there. */
  readonly prefix: readonly string[];
}

const UDP_PORTS = [8468, 8469, 8470] as const;
const BRIDGE = "hm-kademlia";
const NETWORK = "192.168.33";
const FIRST_HOST = 10;

/** Three peers on 127.0.0.1, told apart by their ports. */
export function onLoopback(firstWebPort: number): Machine[] {
  return UDP_PORTS.map((udpPort, index) => ({ host: "127.0.0.1", udpPort, webPort: firstWebPort + index, prefix: [] }));
}

/**
 * Three network namespaces at a bridge, 192.168.33.10 to .12, each like a machine of its own; this machine is .1. Needs
 * root on Linux.
 */
export function inNamespaces(webPort: number): Machine[] {
  removeNamespaces();
  ip("link", "add", BRIDGE, "type", "bridge");
  ip("address", "add", `${NETWORK}.1/24`, "dev", BRIDGE);
  ip("link", "set", BRIDGE, "up");
  return UDP_PORTS.map((udpPort, index) => {
    const namespace = namespaceOf(index);
    const host = `${NETWORK}.${FIRST_HOST + index}`;
    const [outside, inside] = [linkOf(index), "eth0"];
    ip("netns", "add", namespace);
    ip("link", "add", outside, "type", "veth", "peer", "name", inside, "netns", namespace);
    ip("link", "set", outside, "master", BRIDGE, "up");
    ip("-n", namespace, "address", "add", `${host}/24`, "dev", inside);
    ip("-n", namespace, "link", "set", inside, "up");
    ip("-n", namespace, "link", "set", "lo", "up");
    return { host, udpPort, webPort, prefix: ["ip", "netns", "exec", namespace] };
  });
}

/** Takes away all that `inNamespaces` made, also what an earlier run left. */
export function removeNamespaces(): void {
  for (const index of UDP_PORTS.keys()) {
    tryIp("link", "delete", linkOf(index));
    tryIp("netns", "delete", namespaceOf(index));
  }
  tryIp("link", "delete", BRIDGE);
}

function linkOf(index: number): string {
  return `${BRIDGE}${index + 1}`;
}

function namespaceOf(index: number): string {
  return `${BRIDGE}-${index + 1}`;
}

function ip(...args: readonly string[]): void {
  execFileSync("ip", args, { stdio: ["ignore", "ignore", "pipe"] });
}

function tryIp(...args: readonly string[]): void {
  try {
    ip(...args);
  } catch {
    // It was not there.
  }
}
