import { SockAddr } from "../address/index.ts";
import { literal, type Reader, type Writer } from "../msgpack/index.ts";

const REPORTED_ADDRESS = literal("sa");

/** A bin of 4 or 16 bytes; other lengths say nothing, other types make the reader fail. */
export function readReportedAddress(reader: Reader): SockAddr | undefined {
  const length = reader.readBinLength();
  const { bytes, offset } = reader;
  reader.advance(length);
  if (reader.failed || (length !== 4 && length !== 16)) return undefined;
  return SockAddr.fromBytes(length === 4 ? 4 : 6, bytes, offset, 0);
}

export function writeReportedAddress(writer: Writer, address: SockAddr): void {
  writer.raw(REPORTED_ADDRESS);
  writer.binHeader(address.family === 4 ? 4 : 16);
  writeHost(writer, address);
}

/** The address without its port: 4 or 16 bytes. */
export function writeHost(writer: Writer, address: SockAddr): void {
  writer.word(address.a);
  if (address.family === 4) return;
  writer.word(address.b);
  writer.word(address.c);
  writer.word(address.d);
}
