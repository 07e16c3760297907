// UDP datagrams in IP packets: RFC 768, RFC 791, RFC 8200.
import { SockAddr } from "@hashmere/dht";
import type { Frame } from "./frame.ts";
import { ipOffset } from "./link-layer.ts";

const PROTOCOL_UDP = 17;
/** IPv6 headers that may stand before UDP: hop-by-hop options, routing, destination options. */
const SKIPPED_HEADERS: readonly number[] = [0, 43, 60];

export interface UdpDatagram {
  readonly source: SockAddr;
  readonly destination: SockAddr;
  readonly payload: Uint8Array;
}

interface IpPayload {
  /** Where the UDP header begins. */
  readonly start: number;
  /** Where the IP packet ends. */
  readonly end: number;
  address(which: "source" | "destination", port: number): SockAddr;
}

/** The UDP datagram of a captured packet; undefined for anything else, and for fragments. */
export function udpDatagramOf({ linkType, bytes }: Frame): UdpDatagram | undefined {
  const offset = ipOffset(linkType, bytes);
  if (offset === undefined || offset >= bytes.byteLength) return undefined;
  const version = bytes.getUint8(offset) >> 4;
  const ip = version === 4 ? readIpv4(bytes, offset) : version === 6 ? readIpv6(bytes, offset) : undefined;
  if (!ip || ip.start + 8 > ip.end) return undefined;
  const end = Math.min(ip.end, ip.start + bytes.getUint16(ip.start + 4));
  return {
    source: ip.address("source", bytes.getUint16(ip.start)),
    destination: ip.address("destination", bytes.getUint16(ip.start + 2)),
    payload: new Uint8Array(bytes.buffer, bytes.byteOffset + ip.start + 8, Math.max(0, end - ip.start - 8)),
  };
}

function readIpv4(bytes: DataView, offset: number): IpPayload | undefined {
  if (offset + 20 > bytes.byteLength || bytes.getUint8(offset + 9) !== PROTOCOL_UDP) return undefined;
  const isFragment = (bytes.getUint16(offset + 6) & 0x3fff) !== 0;
  if (isFragment) return undefined;
  return {
    start: offset + (bytes.getUint8(offset) & 0x0f) * 4,
    end: Math.min(bytes.byteLength, offset + bytes.getUint16(offset + 2)),
    address: (which, port) => SockAddr.ipv4(bytes.getUint32(offset + (which === "source" ? 12 : 16)), port),
  };
}

function readIpv6(bytes: DataView, offset: number): IpPayload | undefined {
  if (offset + 40 > bytes.byteLength) return undefined;
  const end = Math.min(bytes.byteLength, offset + 40 + bytes.getUint16(offset + 4));
  let next = bytes.getUint8(offset + 6);
  let start = offset + 40;
  while (SKIPPED_HEADERS.includes(next) && start + 8 <= end) {
    next = bytes.getUint8(start);
    start += (bytes.getUint8(start + 1) + 1) * 8;
  }
  if (next !== PROTOCOL_UDP) return undefined;
  return {
    start,
    end,
    address(which, port) {
      const at = offset + (which === "source" ? 8 : 24);
      const word = (index: number) => bytes.getUint32(at + 4 * index);
      return SockAddr.ipv6(word(0), word(1), word(2), word(3), port);
    },
  };
}
