import { Value } from "@hashmere/dht";
import {
  DHT_SERVICE,
  decodeDhtService,
  decodeDiscovery,
  decodeMessage,
  describeMessage,
  describePacked,
  encodeDiscoveryQuery,
  encodeMessage,
  encodePublication,
  type Picture,
} from "@hashmere/dht/wire";

/** What was understood, in the form that `hashmere decode` prints. */
export interface Understood {
  /**
   * The kind of message; "value" for a packed value alone, which is what the parts of a large one make together;
   * "discovery" for what nodes say on the local network.
   */
  readonly kind: string;
  /** As it lies on the wire: bytes are `{"$bin": hex}`, ids of values decimal strings. */
  readonly message: Picture;
  /** Our own encoding of what was understood, in hexadecimal. */
  readonly reencoded: string;
}

/** Why nothing was understood. */
export interface NotUnderstood {
  readonly error: string;
  /** Of a value: a stable name for what is wrong. */
  readonly code?: string;
}

export type DatagramPicture = Understood | NotUnderstood;

export function describeDatagram(bytes: Uint8Array): DatagramPicture {
  const message = decodeMessage(bytes);
  if (message.kind !== "malformed") {
    return picture(message.kind, describeMessage(message), encodeMessage(message));
  }
  const value = decodeValue(bytes);
  if (value) return describeValue(value);
  const discovery = reencodeDiscovery(bytes);
  if (discovery) return picture("discovery", describePacked(discovery), discovery);
  return { error: message.reason };
}

/** A value as it lies on the wire. */
export function describeValue(value: Value): Understood {
  const packed = value.getPacked();
  return picture("value", describePacked(packed), packed);
}

function picture(kind: string, message: Picture, reencoded: Uint8Array): Understood {
  return { kind, message: withDecimalIds(message), reencoded: Buffer.from(reencoded).toString("hex") };
}

/** A packed value, if the bytes are one. */
function decodeValue(bytes: Uint8Array): Value | undefined {
  try {
    return Value.fromPacked(bytes);
  } catch {
    return undefined;
  }
}

function reencodeDiscovery(bytes: Uint8Array): Uint8Array | undefined {
  const packet = decodeDiscovery(bytes);
  if (packet?.kind === "query") return encodeDiscoveryQuery();
  const service = packet?.services.get(DHT_SERVICE);
  return packet && service && decodeDhtService(service) ? encodePublication(packet.services) : undefined;
}

/** Where ids of values stand: of one value, in replies, among the refreshed and the expired. */
const ID_NAMES: ReadonlySet<string> = new Set(["id", "vid", "re", "exp"]);

/** JSON's numbers can't hold 64 bits: an id is written as text, whether or not it is a large one. */
function withDecimalIds(picture: Picture, isId = false): Picture {
  if (typeof picture === "number") return isId ? String(picture) : picture;
  if (Array.isArray(picture)) return picture.map((element: Picture) => withDecimalIds(element, isId));
  if (picture === null || typeof picture !== "object") return picture;
  const entries = Object.entries(picture);
  const [name, content] = entries[0] ?? [];
  if (name === "$int" && typeof content === "string") return content;
  if (name === "$bin") return picture;
  return Object.fromEntries(entries.map(([name, value]) => [name, withDecimalIds(value, ID_NAMES.has(name))]));
}
