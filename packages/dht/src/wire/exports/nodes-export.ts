import { InfoHash } from "../../id/index.ts";
import { keyCode, literal, mapOf, Reader, Writer } from "../../msgpack/index.ts";
import { parseSockAddrBlob, sockAddrBlob } from "../../value/index.ts";
import type { NodeEntry } from "../nodes.ts";

const ID_KEY = keyCode("id");
const ADDRESS_KEY = keyCode("addr");

const HEAD = literal(mapOf(2), "id");
const ADDRESS = literal("addr");

/** A list of nodes to come back to: `[{id, addr}…]` (OpenDHT wire format, node export). */
export function encodeNodes(nodes: readonly NodeEntry[]): Uint8Array<ArrayBuffer> {
  const writer = new Writer(1024);
  writeExportedNodes(writer, nodes);
  return writer.finish();
}

/** Undefined when the bytes hold no list; entries that make no sense are passed over. */
export function decodeNodes(bytes: Uint8Array): readonly NodeEntry[] | undefined {
  const reader = new Reader(bytes);
  const nodes = readExportedNodes(reader);
  return reader.failed ? undefined : nodes;
}

/** `{id, addr}`, in this order: OpenDHT reads by position. */
export function writeExportedNodes(writer: Writer, nodes: readonly NodeEntry[]): void {
  writer.arrayHeader(nodes.length);
  for (const { id, address } of nodes) {
    writer.raw(HEAD);
    writer.infoHash(id);
    writer.raw(ADDRESS);
    writer.bin(sockAddrBlob(address));
  }
}

export function readExportedNodes(reader: Reader): readonly NodeEntry[] {
  const nodes: NodeEntry[] = [];
  for (let length = reader.readArrayLength(); length > 0 && !reader.failed; length--) {
    const start = reader.offset;
    const node = readNode(reader);
    if (node) nodes.push(node);
    reader.rewind(start);
    reader.skip();
  }
  return nodes;
}

function readNode(reader: Reader): NodeEntry | undefined {
  let id = InfoHash.zero;
  let blob: Uint8Array | undefined;
  for (let entries = reader.readMapLength(); entries > 0 && !reader.failed; entries--) {
    const key = reader.readKey();
    if (key === ID_KEY) id = reader.readInfoHash();
    else if (key === ADDRESS_KEY) blob = reader.readBlob();
    else reader.skip();
  }
  const address = blob && parseSockAddrBlob(blob);
  return reader.failed || id.isZero() || !address ? undefined : { id, address };
}
