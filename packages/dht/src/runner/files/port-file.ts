import { readFile } from "node:fs/promises";
import type { Family, SockAddr } from "../../address/index.ts";
import { writeFileAtomically } from "./atomic-file.ts";

export type Ports = Readonly<Record<Family, number>>;

const NO_PORTS: Ports = { 4: 0, 6: 0 };

/** `<state file>_port.txt` keeps the two bound ports, a line each, IPv4 first (node document §14.3). */
export function portFilePath(persistPath: string): string {
  return `${persistPath}_port.txt`;
}

/** The ports of the last run; 0 where none is known. A missing or damaged file is no reason not to start. */
export async function readPorts(persistPath: string): Promise<Ports> {
  const text = await readFile(portFilePath(persistPath), "utf8").catch(() => undefined);
  if (text === undefined) return NO_PORTS;
  const [port4, port6] = text.split("\n").map(toPort);
  return { 4: port4 ?? 0, 6: port6 ?? 0 };
}

export async function writePorts(persistPath: string, bound4?: SockAddr, bound6?: SockAddr): Promise<void> {
  await writeFileAtomically(portFilePath(persistPath), `${bound4?.port ?? 0}\n${bound6?.port ?? 0}\n`);
}

function toPort(line: string): number {
  const port = Number(line.trim());
  return Number.isInteger(port) && port > 0 && port <= 65535 ? port : 0;
}
