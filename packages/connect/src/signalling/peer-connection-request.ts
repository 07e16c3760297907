// Source: DHTNet connection protocol, PeerConnectionRequest.
import { Reader, Writer } from "@hashmere/dht/msgpack";

/** The user type of values that hold a request or an answer. */
export const PEER_REQUEST = "peer_request";

/** By this key peers of this library know each other, too. */
const CHAIN_KEY = "hashmere-chain";

/** Longest ICE description that is read: 31 candidates take some 3 kB. */
export const MAX_ICE_MESSAGE_LENGTH = 16_384;

/** What devices tell each other through the DHT before they have a connection. */
export interface PeerConnectionRequest {
  /** Chosen by the caller, 1 … 2^53, and repeated in the answer. */
  readonly id: bigint;
  /** How the sender may be reached; as text. */
  readonly iceMessage: string;
  readonly isAnswer: boolean;
  /** What the connection is for; empty in answers. */
  readonly connectionType: string;
  /** Of an answer: the callee does not want this connection. Ours alone say so, and DHTNet passes over it. */
  readonly isRefusal: boolean;
  /**
   * Of a request of ours: the sender's certificate and those above it, as DER, so that nobody has to look for them; none where
   * they are too long. DHTNet passes over them.
   */
  readonly chain?: readonly Uint8Array[] | undefined;
}

/** Longest chain that a request takes along: three certificates with keys of 2048 bits, or two of 4096. */
export const MAX_CHAIN_BYTES = 4096;

export function encodeRequest(request: PeerConnectionRequest): Uint8Array {
  const { id, iceMessage, isAnswer, connectionType, isRefusal, chain } = request;
  const writer = new Writer(64 + 2 * (iceMessage.length + connectionType.length) + MAX_CHAIN_BYTES);
  writer.mapHeader(4 + Number(isRefusal) + Number(chain !== undefined));
  writer.text("id");
  writer.uint64(id);
  writer.text("ice_msg");
  writer.text(iceMessage);
  writer.text("isAnswer");
  writer.boolean(isAnswer);
  writer.text("connType");
  writer.text(connectionType);
  if (isRefusal) {
    writer.text("refused");
    writer.boolean(true);
  }
  if (chain !== undefined) {
    writer.text(CHAIN_KEY);
    writer.arrayHeader(chain.length);
    for (const certificate of chain) writer.bin(certificate);
  }
  return writer.finish();
}

/**
 * Reads a request as leniently as DHTNet does: keys in any order, unknown ones passed over, missing ones empty, anything
 * after the map ignored. Undefined for what is no map, or has a known key of the wrong type.
 */
export function decodeRequest(bytes: Uint8Array): PeerConnectionRequest | undefined {
  const reader = new Reader(bytes);
  const request: { -readonly [Key in keyof PeerConnectionRequest]: PeerConnectionRequest[Key] } = {
    id: 0n,
    iceMessage: "",
    isAnswer: false,
    connectionType: "",
    isRefusal: false,
  };
  for (let left = reader.readMapLength(); left > 0 && !reader.failed; left--) {
    switch (readKey(reader)) {
      case "id":
        request.id = reader.readUint64();
        break;
      case "ice_msg":
        request.iceMessage = reader.readText();
        break;
      case "isAnswer":
        request.isAnswer = reader.readBoolean();
        break;
      case "connType":
        request.connectionType = reader.readText();
        break;
      case "refused":
        request.isRefusal = readFlag(reader);
        break;
      case CHAIN_KEY:
        request.chain = readChain(reader);
        break;
      default:
        reader.skip();
    }
  }
  return reader.failed || request.iceMessage.length > MAX_ICE_MESSAGE_LENGTH ? undefined : request;
}

/** A short array of bytes; what else there may be in it is passed over, and anything else than that is nothing. */
function readChain(reader: Reader): readonly Uint8Array[] | undefined {
  if (reader.peek() >> 4 !== 0x9) {
    reader.skip();
    return undefined;
  }
  const chain: Uint8Array[] = [];
  for (let left = reader.readArrayLength(); left > 0 && !reader.failed; left--) {
    if (reader.peek() === 0xc4 || reader.peek() === 0xc5) chain.push(reader.readBlob());
    else reader.skip();
  }
  return chain;
}

/** Undefined, and stepped over, where the key is no text. */
function readKey(reader: Reader): string | undefined {
  const head = reader.peek();
  if (head >> 5 === 0x5 || (head >= 0xd9 && head <= 0xdb)) return reader.readText();
  reader.skip();
  return undefined;
}

/** Anything but a plain yes is nothing: what others may mean by this key one day must not drop their message. */
function readFlag(reader: Reader): boolean {
  const isYes = reader.peek() === 0xc3;
  reader.skip();
  return isYes;
}
