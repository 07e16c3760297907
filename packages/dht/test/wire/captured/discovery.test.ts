import { expect, test } from "vitest";
import { toHex } from "../../../src/msgpack/index.ts";
import {
  DHT_SERVICE,
  decodeDhtService,
  decodeDiscovery,
  encodeDhtService,
  encodeDiscoveryQuery,
  encodePublication,
} from "../../../src/wire/index.ts";
import { bytesOf, vectorsLike } from "./load.ts";

test.each(vectorsLike(/^discovery-query/))("$name is the question who is there", (vector) => {
  expect(decodeDiscovery(bytesOf(vector))).toEqual({ kind: "query" });
  expect(toHex(encodeDiscoveryQuery())).toBe(vector.hex);
});

test.each(vectorsLike(/^discovery-publication/))("$name tells a node's id, port and network", (vector) => {
  const packet = decodeDiscovery(bytesOf(vector));
  const packed = packet?.kind === "publication" ? packet.services.get(DHT_SERVICE) : undefined;
  const service = packed && decodeDhtService(packed);
  // The picture of every publication in the file: {"dht": [{"$bin": id}, port, network]}.
  const { dht } = vector.decoded as { readonly dht: readonly [{ readonly $bin: string }, number, number] };
  expect(service?.id.toString()).toBe(dht[0].$bin);
  expect([service?.port, service?.network]).toEqual([dht[1], dht[2]]);
  expect(service && toHex(encodePublication(new Map([[DHT_SERVICE, encodeDhtService(service)]])))).toBe(vector.hex);
});
