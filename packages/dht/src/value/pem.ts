import { decodeText } from "../msgpack/index.ts";
import { decodeBase64, encodeBase64 } from "./base64.ts";

const BEGIN = "-----BEGIN ";
const PEM = /-----BEGIN [^-]+-----([A-Za-z0-9+/=\s]*)-----END [^-]+-----/;
const LINE = /.{1,64}/g;

/** A key as peers may write it, DER or PEM text (RFC 7468), as DER. What isn't PEM is given back as it is. */
export function derFromPem(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== BEGIN.charCodeAt(0) || bytes[1] !== BEGIN.charCodeAt(1)) return bytes;
  const match = PEM.exec(decodeText(bytes, 0, bytes.length));
  return (match && decodeBase64((match[1] ?? "").replaceAll(/\s/g, ""))) ?? bytes;
}

/** PEM text of a public key. */
export function publicKeyPem(der: Uint8Array): string {
  const lines = encodeBase64(der).match(LINE) ?? [];
  return `-----BEGIN PUBLIC KEY-----\n${lines.join("\n")}\n-----END PUBLIC KEY-----\n`;
}
