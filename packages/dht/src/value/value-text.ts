import { Reader, toHex } from "../msgpack/index.ts";
import { parseSockAddrBlob } from "./sock-addr-blob.ts";
import type { Value } from "./value.ts";

/** Longer data is only counted. */
const MAX_PRINTED_BYTES = 1024;

const INTERNET_SERVICE = 2;
const CERTIFICATE = 8;

/** `Value[id:<hex> …]` on one line, as OpenDHT's tools print it. */
export function formatValue(value: Value): string {
  return `Value[id:${value.id.toString(16)} ${value.isEncrypted() ? "encrypted " : content(value)}]`;
}

function content(value: Value): string {
  const signed = value.isSigned() ? `signed (v${value.seq}) ` : "";
  const decrypted = value.recipient.isZero() ? "" : "decrypted ";
  return signed + decrypted + payload(value);
}

function payload(value: Value): string {
  if (value.type === INTERNET_SERVICE) return announcedAddress(value.data);
  if (value.type === CERTIFICATE) return "Certificate";
  const label = value.userType === "" ? "data:" : `data(${value.userType}):`;
  if (value.userType === "text/plain") return `${label}"${value.text()}"`;
  return label + (value.data.length < MAX_PRINTED_BYTES ? toHex(value.data) : `${value.data.length} bytes`);
}

/** Empty when the data holds no address. */
function announcedAddress(data: Uint8Array): string {
  const reader = new Reader(data);
  return parseSockAddrBlob(reader.readBlob())?.toString() ?? "";
}
