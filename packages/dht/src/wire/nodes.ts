import { type Family, SockAddr } from "../address/index.ts";
import { InfoHash } from "../id/index.ts";
import { literal, type Reader, type Writer } from "../msgpack/index.ts";
import { writeHost } from "./reported-address.ts";

/** A node that somebody knows: its id and where it can be reached. */
export interface NodeEntry {
  readonly id: InfoHash;
  readonly address: SockAddr;
}

/** 20 bytes of id, 4 or 16 of address, 2 of port. */
const ENTRY4_BYTES = 26;
const ENTRY6_BYTES = 38;

const NODES4 = literal("n4");
const NODES6 = literal("n6");

/**
 * Node entries in a row. IPv4 addresses in the clothes of IPv6 have no business there and are left out.
 * @returns undefined when the length is no multiple of an entry's
 */
export function readNodes(reader: Reader, family: Family): readonly NodeEntry[] | undefined {
  const entryBytes = family === 4 ? ENTRY4_BYTES : ENTRY6_BYTES;
  const blob = reader.readBlobView();
  if (blob.length % entryBytes !== 0) return undefined;
  const nodes: NodeEntry[] = [];
  for (let offset = 0; offset < blob.length; offset += entryBytes) {
    const portOffset = offset + entryBytes - 2;
    const port = ((blob[portOffset] ?? 0) << 8) | (blob[portOffset + 1] ?? 0);
    const address = SockAddr.fromBytes(family, blob, offset + InfoHash.BYTES, port);
    if (address.family === family) nodes.push({ id: InfoHash.fromBytes(blob, offset), address });
  }
  return nodes;
}

export function writeNodes4(writer: Writer, nodes: readonly NodeEntry[]): void {
  writer.raw(NODES4);
  writer.binHeader(nodes.length * ENTRY4_BYTES);
  for (const node of nodes) writeEntry(writer, node);
}

export function writeNodes6(writer: Writer, nodes: readonly NodeEntry[]): void {
  writer.raw(NODES6);
  writer.binHeader(nodes.length * ENTRY6_BYTES);
  for (const node of nodes) writeEntry(writer, node);
}

function writeEntry(writer: Writer, { id, address }: NodeEntry): void {
  writer.hashBytes(id);
  writeHost(writer, address);
  writer.uint16(address.port);
}
