// Source: DHTNet connection protocol, multiplexed socket (version and beacon); docs/connect-wire.md for what is ours.
import { type Reader, Writer } from "@hashmere/dht/msgpack";
import { encodeFrame, PROTOCOL_CHANNEL } from "./frame.ts";

const HIGHEST = Number.MAX_SAFE_INTEGER;
const HIGHEST_NUMBER = 0xffff;

/**
 * What one side of a link tells the other about the link: a map of one entry.
 *
 * Other implementations know the first two and pass over the rest, which peers of this library alone are told after they
 * have said `hello`.
 */
export type ProtocolMessage =
  /** From version 1 on, beacons are answered. */
  | { readonly kind: "version"; readonly version: number }
  | { readonly kind: "beacon"; readonly isRequest: boolean }
  /** "I am Hashmere"; repeated by one that is there but doesn't read for now. */
  | { readonly kind: "hello"; readonly version: number }
  /** The other side may send that many more bytes on a channel. */
  | { readonly kind: "credit"; readonly number: number; readonly bytes: number }
  /** No more data will come on a channel; the other direction stays open. */
  | { readonly kind: "finish"; readonly number: number }
  /** A channel was given up before all was said. */
  | { readonly kind: "reset"; readonly number: number }
  /** The link ends now, and on purpose. */
  | { readonly kind: "goodbye" };

const KEYS = {
  version: "v",
  beacon: "p",
  hello: "hashmere",
  credit: "hashmere-credit",
  finish: "hashmere-finish",
  reset: "hashmere-reset",
  goodbye: "hashmere-goodbye",
} as const;

export function encodeProtocolMessage(message: ProtocolMessage): Buffer {
  const writer = new Writer(32);
  writer.mapHeader(1);
  writer.text(KEYS[message.kind]);
  switch (message.kind) {
    case "version":
    case "hello":
      writer.uint(message.version);
      break;
    case "beacon":
      writer.boolean(message.isRequest);
      break;
    case "credit":
      writer.arrayHeader(2);
      writer.uint(message.number);
      writer.uint(message.bytes);
      break;
    case "finish":
    case "reset":
      writer.uint(message.number);
      break;
    case "goodbye":
      writer.boolean(true);
      break;
  }
  return encodeFrame(PROTOCOL_CHANNEL, writer.finish());
}

/** The first entry of the map that follows, which is all that counts of it; undefined when nobody knows it. */
export function readProtocolMessage(reader: Reader): ProtocolMessage | undefined {
  if (!reader.isNextMap() || reader.readMapLength() === 0) return undefined;
  const message = readEntry(reader.readText(), reader);
  return reader.failed ? undefined : message;
}

function readEntry(key: string, reader: Reader): ProtocolMessage | undefined {
  switch (key) {
    case KEYS.version:
      return { kind: "version", version: reader.readUint(HIGHEST) };
    case KEYS.beacon:
      return { kind: "beacon", isRequest: reader.readBoolean() };
    case KEYS.hello:
      return { kind: "hello", version: reader.readUint(HIGHEST) };
    case KEYS.credit:
      return readCredit(reader);
    case KEYS.finish:
      return { kind: "finish", number: reader.readUint(HIGHEST_NUMBER) };
    case KEYS.reset:
      return { kind: "reset", number: reader.readUint(HIGHEST_NUMBER) };
    case KEYS.goodbye:
      reader.skip();
      return { kind: "goodbye" };
    default:
      return undefined;
  }
}

function readCredit(reader: Reader): ProtocolMessage | undefined {
  if (reader.readArrayLength() !== 2) return undefined;
  return { kind: "credit", number: reader.readUint(HIGHEST_NUMBER), bytes: reader.readUint(0xffff_ffff) };
}
