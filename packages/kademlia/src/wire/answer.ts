/** The answers, one shape per kind of request. */

import type { Address, AddressBook } from "../address/index.ts";
import { ID_BYTES, NodeId } from "../id/index.ts";
import { malformed, Reader, Writer } from "../msgpack/index.ts";
import { PackedValue } from "../value/index.ts";
import { HEADER_BYTES, RESPONSE_TYPE } from "./message.ts";
import type { Method } from "./request.ts";

/** A node as one tells another about it. */
export interface NodeEntry {
  readonly id: NodeId;
  readonly address: Address;
}

export type Answer =
  /** to `ping`: who answers */
  | { readonly kind: "id"; readonly id: NodeId }
  /** to `stun`: where the asker's datagram came from */
  | { readonly kind: "address"; readonly address: Address }
  /** to `store` and `replicate` */
  | { readonly kind: "stored"; readonly stored: boolean }
  /** to `find_node`, and to `find_value` where nothing is stored: nearest first */
  | { readonly kind: "nodes"; readonly nodes: readonly NodeEntry[] }
  /** to `find_value` */
  | { readonly kind: "value"; readonly value: PackedValue };

const writer = new Writer();

/** A whole datagram. `echo` is what follows the object; see kinship. */
export function encodeAnswer(id: Uint8Array, answer: Answer, echo?: Uint8Array): Uint8Array {
  writer.begin().byte(RESPONSE_TYPE).raw(id);
  switch (answer.kind) {
    case "id":
      writer.bytes(answer.id.bytes);
      break;
    case "address":
      writeSocketAddress(answer.address);
      break;
    case "stored":
      writer.boolean(answer.stored);
      break;
    case "nodes":
      writer.arrayHeader(answer.nodes.length);
      for (const { id, address } of answer.nodes) {
        writer.arrayHeader(3).bytes(id.bytes).text(address.host).integer(address.port);
      }
      break;
    case "value":
      writer.mapHeader(1).text("value").raw(answer.value.bytes);
      break;
  }
  if (echo) writer.raw(echo);
  return writer.finish();
}

/** What a socket says of a peer: host and port, with IPv6 also flow information and scope id. */
function writeSocketAddress(address: Address): void {
  writer
    .arrayHeader(address.isIPv6 ? 4 : 2)
    .text(address.host)
    .integer(address.port);
  if (address.isIPv6) writer.integer(0).integer(0);
}

/**
 * Understands the answer to a request of ours. Node lists may be of any length that fits into a datagram; entries in
 * them that no node can be reached at are left out. A value that is none counts as a miss.
 *
 * @throws MalformedError when the answer is not one to that method
 */
export function parseAnswer(method: Method, datagram: Uint8Array, book: AddressBook): Answer {
  const reader = new Reader(datagram, HEADER_BYTES);
  switch (method) {
    case "ping":
      return { kind: "id", id: readId(reader) ?? malformed() };
    case "stun":
      return { kind: "address", address: readSocketAddress(reader, book) };
    case "store":
    case "replicate":
      return { kind: "stored", stored: reader.boolean() };
    case "find_node":
      return { kind: "nodes", nodes: readNodes(reader, book) };
    case "find_value": {
      if (reader.kind !== "map") return { kind: "nodes", nodes: readNodes(reader, book) };
      const value = readHit(reader);
      return value ? { kind: "value", value } : { kind: "nodes", nodes: [] };
    }
  }
}

function readNodes(reader: Reader, book: AddressBook): NodeEntry[] {
  if (reader.kind === "nil") return [];
  const nodes: NodeEntry[] = [];
  for (let remaining = reader.arrayHeader(); remaining > 0; remaining--) {
    const node = readNode(reader, book);
    if (node) nodes.push(node);
  }
  return nodes;
}

/** A triple of id, IP address as text and port; anything else is passed over. */
function readNode(reader: Reader, book: AddressBook): NodeEntry | undefined {
  if (reader.kind !== "array") {
    reader.skip();
    return undefined;
  }
  const length = reader.arrayHeader();
  if (length !== 3) {
    for (let remaining = length; remaining > 0; remaining--) reader.skip();
    return undefined;
  }
  const id = readId(reader);
  const host = readText(reader);
  const port = readPort(reader);
  // A zone (`fe80::1%eth0`) names an interface of another machine.
  if (!id || host === undefined || port === undefined || host.includes("%")) return undefined;
  const address = book.find(host, port);
  return address && { id, address };
}

function readHit(reader: Reader): PackedValue | undefined {
  let value: PackedValue | undefined;
  for (let remaining = reader.mapHeader(); remaining > 0; remaining--) {
    if (readText(reader) === "value") value = PackedValue.read(reader);
    else reader.skip();
  }
  return value;
}

function readSocketAddress(reader: Reader, book: AddressBook): Address {
  if (reader.arrayHeader() < 2) return malformed();
  const host = reader.text();
  return book.find(host, readPort(reader) ?? malformed()) ?? malformed();
}

function readId(reader: Reader): NodeId | undefined {
  if (reader.kind === "bytes") {
    const bytes = reader.bytes();
    return bytes.length === ID_BYTES ? NodeId.from(bytes) : undefined;
  }
  reader.skip();
  return undefined;
}

function readText(reader: Reader): string | undefined {
  if (reader.kind === "text") return reader.text();
  reader.skip();
  return undefined;
}

function readPort(reader: Reader): number | undefined {
  if (reader.kind === "integer") return Number(reader.integer());
  reader.skip();
  return undefined;
}
