// Source: Linux, /proc/net/tcp and /proc/net/tcp6.
import { createReadStream } from "node:fs";
import { endianness } from "node:os";
import ipaddr from "ipaddr.js";

const TABLES = ["/proc/net/tcp", "/proc/net/tcp6"];

/** A connection whose retransmission timer (01) runs: address and port of its other end, and how often it has run out. */
const REPEATING =
  /^ *\d+: [\dA-F]+:[\dA-F]{4} ([\dA-F]{8}|[\dA-F]{32}):([\dA-F]{4}) [\dA-F]{2} [\dA-F]{8}:[\dA-F]{8} 01:[\dA-F]{8} ([\dA-F]{8}) /gm;

/** Something that was sent, and not confirmed. */
export interface Retransmission {
  /** Address and port, as a socket tells them. */
  readonly otherEnd: string;
  /** So many times it has been sent again, since the last confirmation. */
  readonly count: number;
}

/** Of all connections of this machine, or rather its network namespace; none on systems that don't tell. */
export async function readRetransmissions(): Promise<readonly Retransmission[]> {
  const all: Retransmission[] = [];
  for (const path of TABLES) {
    try {
      // In pieces, because clients are served meanwhile: 20,000 connections fill three megabytes.
      let line = "";
      for await (const piece of createReadStream(path, "latin1")) {
        const text = `${line}${piece}`;
        const end = text.lastIndexOf("\n") + 1;
        all.push(...retransmissionsIn(text.slice(0, end)));
        line = text.slice(end);
      }
    } catch {
      // There is no such table.
    }
  }
  return all;
}

/** @param byteOrder of the machine that has written the table */
export function* retransmissionsIn(table: string, byteOrder = endianness()): Generator<Retransmission> {
  for (const [, address = "", port = "", times = ""] of table.matchAll(REPEATING)) {
    const count = Number.parseInt(times, 16);
    if (count > 0) yield { otherEnd: `${addressOf(address, byteOrder)} ${Number.parseInt(port, 16)}`, count };
  }
}

/** Each four bytes were written as one number of the machine's. */
function addressOf(hex: string, byteOrder: ReturnType<typeof endianness>): string {
  const bytes = Buffer.from(hex, "hex");
  const address = ipaddr.fromByteArray([...(byteOrder === "LE" ? bytes.swap32() : bytes)]);
  const isMapped = address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress();
  return isMapped ? `::ffff:${address.toIPv4Address()}` : address.toString();
}
