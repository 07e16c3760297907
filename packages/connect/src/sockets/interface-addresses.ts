import { createSocket } from "node:dgram";
import { networkInterfaces } from "node:os";
import { transportAddress } from "../address/index.ts";
import { unusableAddresses } from "./unusable-addresses.ts";

/** Addresses beyond these are not offered: a machine with many bridges would drown what matters. */
export const MAX_ADDRESSES_PER_FAMILY = 4;

/** Addresses of documentation (RFC 5737, RFC 3849): the system only looks up the way there, nothing is sent. */
const FAR_AWAY = { 4: "192.0.2.1", 6: "2001:db8::1" } as const;

/** Discard (RFC 863). */
const ANY_PORT = 9;

const LINK_LOCAL = /^(169\.254\.|fe[89ab][0-9a-f]:)/;

export interface InterfaceOptions {
  /** For tests on one machine. Nobody else can use such an address. */
  readonly includeLoopback?: boolean | undefined;
}

/** The addresses of this machine at which others may reach it, the one of its default route first. */
export async function interfaceAddresses(family: 4 | 6, options: InterfaceOptions = {}): Promise<readonly string[]> {
  const all = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses);
  const usable = all.filter(
    (entry) =>
      isFamily(entry.family, family) && (options.includeLoopback || !entry.internal) && !LINK_LOCAL.test(entry.address),
  );
  const addresses = usable.flatMap(({ address }) => transportAddress(address, 0)?.address ?? []);
  const [first, unusable] = await Promise.all([defaultAddress(family), unusableAddresses()]);
  return [...new Set(addresses)]
    .filter((address) => !unusable.has(address))
    .toSorted((a, b) => Number(b === first) - Number(a === first))
    .slice(0, MAX_ADDRESSES_PER_FAMILY);
}

/** From which address packets to far away would leave. */
async function defaultAddress(family: 4 | 6): Promise<string | undefined> {
  const socket = createSocket(family === 4 ? "udp4" : "udp6");
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  socket.once("error", () => resolve(undefined));
  socket.once("connect", () => resolve(socket.address().address));
  socket.connect(ANY_PORT, FAR_AWAY[family]);
  const address = await promise;
  socket.close();
  return address && transportAddress(address, 0)?.address;
}

/** Some versions of Node.js say `4`, others `IPv4`. */
function isFamily(named: string | number, family: 4 | 6): boolean {
  return named === family || named === `IPv${family}`;
}
