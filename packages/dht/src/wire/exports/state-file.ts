import { InfoHash } from "../../id/index.ts";
import { keyCode, literal, mapOf, Reader, Writer } from "../../msgpack/index.ts";
import type { NodeEntry } from "../nodes.ts";
import { readExportedNodes, writeExportedNodes } from "./nodes-export.ts";
import type { ValuesExport } from "./values-export.ts";

/** What a node keeps between two runs. */
export interface SavedState {
  readonly id: InfoHash;
  readonly nodes: readonly NodeEntry[];
  readonly values: readonly ValuesExport[];
}

const STATE_VERSION = 1;

const VERSION_KEY = keyCode("v");
const ID_KEY = keyCode("id");
const NODES_KEY = keyCode("nodes");
const VALUES_KEY = keyCode("values");

const HEAD = literal(mapOf(4), "v", STATE_VERSION, "id");
const NODES = literal("nodes");
const VALUES = literal("values");

const MAX_UINT32 = 0xffff_ffff;

/** `{v: 1, id, nodes: [{id, addr}…], values: [[key, blob]…]}` (OpenDHT wire format, state file). */
export function encodeStateFile({ id, nodes, values }: SavedState): Uint8Array<ArrayBuffer> {
  const writer = new Writer();
  writer.raw(HEAD);
  writer.infoHash(id);
  writer.raw(NODES);
  writeExportedNodes(writer, nodes);
  writer.raw(VALUES);
  writer.arrayHeader(values.length);
  for (const { key, blob } of values) {
    writer.arrayHeader(2);
    writer.infoHash(key);
    writer.bin(blob);
  }
  return writer.finish();
}

/** Undefined when the bytes are no state file that we know; nodes and values that make no sense are passed over. */
export function decodeStateFile(bytes: Uint8Array): SavedState | undefined {
  const reader = new Reader(bytes);
  let version = STATE_VERSION;
  let id = InfoHash.zero;
  let nodes: readonly NodeEntry[] = [];
  let values: readonly ValuesExport[] = [];
  for (let entries = reader.readMapLength(); entries > 0 && !reader.failed; entries--) {
    const key = reader.readKey();
    if (key === VERSION_KEY) version = reader.readUint(MAX_UINT32);
    else if (key === ID_KEY) id = reader.readInfoHash();
    else if (key === NODES_KEY) nodes = readExportedNodes(reader);
    else if (key === VALUES_KEY) values = readExportedValues(reader);
    else reader.skip();
  }
  return reader.failed || version !== STATE_VERSION ? undefined : { id, nodes, values };
}

function readExportedValues(reader: Reader): readonly ValuesExport[] {
  const values: ValuesExport[] = [];
  for (let length = reader.readArrayLength(); length > 0 && !reader.failed; length--) {
    const start = reader.offset;
    if (reader.readArrayLength() >= 2) {
      const key = reader.readInfoHash();
      const blob = reader.readBlob();
      if (!reader.failed && !key.isZero()) values.push({ key, blob });
    }
    reader.rewind(start);
    reader.skip();
  }
  return values;
}
