/**
 * The requests. Five are the network's own. The sixth is spoken among nodes of this package only (see kinship):
 * `replicate [sender, key, value, age]` stores like `store`, but tells how long ago (ms) the publisher stored the value.
 * `store` has no such field, so a holder's copy would look like a fresh publication and never expire.
 */

import { ID_BYTES, NodeId } from "../id/index.ts";
import { malformed, Reader, Writer } from "../msgpack/index.ts";
import { PackedValue } from "../value/index.ts";
import { HEADER_BYTES, REQUEST_TYPE } from "./message.ts";

export type Request =
  | { readonly method: "ping"; readonly sender: NodeId }
  | { readonly method: "stun" }
  | { readonly method: "store"; readonly sender: NodeId; readonly key: NodeId; readonly value: PackedValue }
  | { readonly method: "find_node"; readonly sender: NodeId; readonly target: NodeId }
  | { readonly method: "find_value"; readonly sender: NodeId; readonly target: NodeId }
  | {
      readonly method: "replicate";
      readonly sender: NodeId;
      readonly key: NodeId;
      readonly value: PackedValue;
      /** Time since the publisher stored it, in whole ms. */
      readonly ageMs: number;
    };

export type Method = Request["method"];

const writer = new Writer();

/** A whole datagram. */
export function encodeRequest(id: Uint8Array, request: Request): Uint8Array {
  writer.begin().byte(REQUEST_TYPE).raw(id).arrayHeader(2).text(request.method);
  switch (request.method) {
    case "stun":
      writer.arrayHeader(0);
      break;
    case "ping":
      writer.arrayHeader(1).bytes(request.sender.bytes);
      break;
    case "find_node":
    case "find_value":
      writer.arrayHeader(2).bytes(request.sender.bytes).bytes(request.target.bytes);
      break;
    case "store":
      writer.arrayHeader(3).bytes(request.sender.bytes).bytes(request.key.bytes).raw(request.value.bytes);
      break;
    case "replicate":
      writer.arrayHeader(4).bytes(request.sender.bytes).bytes(request.key.bytes).raw(request.value.bytes);
      writer.integer(request.ageMs);
      break;
  }
  return writer.finish();
}

/** @throws MalformedError for everything that is not answered: unknown methods, wrong arguments, forbidden values */
export function parseRequest(datagram: Uint8Array): Request {
  const reader = new Reader(datagram, HEADER_BYTES);
  if (reader.arrayHeader() !== 2) return malformed();
  const method = readMethod(reader);
  const args = new Arguments(reader);
  switch (method) {
    case "stun":
      args.expect(0);
      return { method };
    case "ping":
      args.expect(1);
      return { method, sender: args.id() };
    case "find_node":
    case "find_value":
      args.expect(2);
      return { method, sender: args.id(), target: args.id() };
    case "store":
      args.expect(3);
      return { method, sender: args.id(), key: args.id(), value: args.value() };
    case "replicate":
      args.expect(4);
      return { method, sender: args.id(), key: args.id(), value: args.value(), ageMs: args.unsigned() };
    default:
      return malformed();
  }
}

/** Text; nodes of the Python 2 era sent it as bytes. */
function readMethod(reader: Reader): string {
  return reader.kind === "bytes" ? String.fromCharCode(...reader.bytes().subarray(0, 32)) : reader.text();
}

/**
 * The arguments of a request: an array. A map counts by its keys and an empty text as none, because a Python node
 * iterates over whatever it was given, and answers.
 */
class Arguments {
  readonly #reader: Reader;
  readonly #isMap: boolean;
  readonly #count: number;

  constructor(reader: Reader) {
    this.#reader = reader;
    this.#isMap = reader.kind === "map";
    this.#count = this.#isMap
      ? reader.mapHeader()
      : reader.kind === "text"
        ? countOfText(reader)
        : reader.arrayHeader();
  }

  expect(count: number): void {
    if (this.#count !== count) malformed();
  }

  /** Exactly 20 bytes. */
  id(): NodeId {
    const bytes = this.#reader.bytes();
    if (bytes.length !== ID_BYTES) return malformed();
    return this.#next(NodeId.from(bytes));
  }

  value(): PackedValue {
    return this.#next(PackedValue.read(this.#reader) ?? malformed());
  }

  unsigned(): number {
    const value = this.#reader.integer();
    if (typeof value !== "number" || value < 0) return malformed();
    return this.#next(value);
  }

  #next<T>(argument: T): T {
    if (this.#isMap) this.#reader.skip();
    return argument;
  }
}

function countOfText(reader: Reader): number {
  return reader.text() === "" ? 0 : malformed();
}
