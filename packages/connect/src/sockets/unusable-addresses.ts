import { readFile } from "node:fs/promises";
import { addressFromBytes } from "../address/index.ts";

/** Where Linux lists its IPv6 addresses; other systems have no such file, and tell in no other way that Node.js knows. */
const LIST_FILE = "/proc/net/if_inet6";

/** Duplicate detection failed, deprecated, tentative: `IFA_F_…` in linux/if_addr.h. */
const UNUSABLE_FLAGS = 0x08 | 0x20 | 0x40;

/** IPv6 addresses of this machine that are not yet, or no longer, to be used for new connections (RFC 4862 §5.5.4). */
export async function unusableAddresses(): Promise<ReadonlySet<string>> {
  return parseAddressList(await readFile(LIST_FILE, "latin1").catch(() => ""));
}

/** Lines of address, interface, prefix, scope, flags and name: `fd88…0001 02 40 00 80 eth0`, all in hexadecimal. */
export function parseAddressList(text: string): ReadonlySet<string> {
  const unusable = new Set<string>();
  for (const line of text.split("\n")) {
    const [address = "", , , , flags = ""] = line.split(/\s+/);
    if ((Number.parseInt(flags, 16) & UNUSABLE_FLAGS) === 0) continue;
    const host = addressFromBytes(Buffer.from(address, "hex"), 0)?.address;
    if (host !== undefined) unusable.add(host);
  }
  return unusable;
}
