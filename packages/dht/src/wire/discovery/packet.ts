import { literal, Reader, Writer } from "../../msgpack/index.ts";

/**
 * What nodes say to each other by multicast on a local network (OpenDHT wire format, peer discovery): either the question
 * who is there, or a map of services with data of their own.
 */
export type DiscoveryPacket =
  | { readonly kind: "query" }
  | {
      readonly kind: "publication";
      /** Name → packed data (MessagePack). */
      readonly services: ReadonlyMap<string, Uint8Array>;
    };

const QUERY_TEXT = "q";
const QUERY = literal(QUERY_TEXT);

/** The question who is there. */
export function encodeDiscoveryQuery(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(QUERY);
}

/** @param services name → packed data; written in alphabetical order */
export function encodePublication(services: ReadonlyMap<string, Uint8Array>): Uint8Array<ArrayBuffer> {
  const writer = new Writer(128);
  writer.mapHeader(services.size);
  for (const [name, data] of [...services].sort(([a], [b]) => (a < b ? -1 : 1))) {
    writer.text(name);
    writer.raw(data);
  }
  return writer.finish();
}

/** Undefined for what is neither a query nor a publication. Where a service comes twice, the last one counts. */
export function decodeDiscovery(bytes: Uint8Array): DiscoveryPacket | undefined {
  const reader = new Reader(bytes);
  if (!reader.isNextMap()) return reader.readText() === QUERY_TEXT ? { kind: "query" } : undefined;
  const services = new Map<string, Uint8Array>();
  for (let entries = reader.readMapLength(); entries > 0 && !reader.failed; entries--) {
    const name = reader.readText();
    services.set(name, reader.copyObject());
  }
  return reader.failed ? undefined : { kind: "publication", services };
}
