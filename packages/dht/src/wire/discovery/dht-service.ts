import type { InfoHash } from "../../id/index.ts";
import { Reader, Writer } from "../../msgpack/index.ts";

/** Name of the service that DHT nodes publish. */
export const DHT_SERVICE = "dht";

/** What a node publishes about itself; its address is the packet's. */
export interface DhtService {
  readonly id: InfoHash;
  /** UDP port of the DHT, for the address family by which the publication came. */
  readonly port: number;
  readonly network: number;
}

const MAX_UINT16 = 0xffff;
const MAX_UINT32 = 0xffff_ffff;

/** `[id, port, network]` */
export function encodeDhtService({ id, port, network }: DhtService): Uint8Array<ArrayBuffer> {
  const writer = new Writer(64);
  writer.arrayHeader(3);
  writer.infoHash(id);
  writer.uint(port);
  writer.uint(network);
  return writer.finish();
}

/** Undefined for what is no such array; further elements are passed over. */
export function decodeDhtService(bytes: Uint8Array): DhtService | undefined {
  const reader = new Reader(bytes);
  if (reader.readArrayLength() < 3) return undefined;
  const service = {
    id: reader.readInfoHash(),
    port: reader.readUint(MAX_UINT16),
    network: reader.readUint(MAX_UINT32),
  };
  return reader.failed ? undefined : service;
}
