// Source: DHTNet connection protocol, PeerConnectionRequest.
import { Reader, Writer } from "@hashmere/dht/msgpack";

/** The user type of values that hold a request or an answer. */
export const PEER_REQUEST = "peer_request";

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
}

export function encodeRequest(request: PeerConnectionRequest): Uint8Array {
  const { id, iceMessage, isAnswer, connectionType, isRefusal } = request;
  const writer = new Writer(64 + 2 * (iceMessage.length + connectionType.length));
  writer.mapHeader(isRefusal ? 5 : 4);
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
  return writer.finish();
}

/**
 * Reads a request as leniently as DHTNet does: keys in any order, unknown ones passed over, missing ones empty, anything
 * after the map ignored. Undefined for what is no map, or has a known key of the wrong type.
 */
export function decodeRequest(bytes: Uint8Array): PeerConnectionRequest | undefined {
  const reader = new Reader(bytes);
  const request = { id: 0n, iceMessage: "", isAnswer: false, connectionType: "", isRefusal: false };
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
      default:
        reader.skip();
    }
  }
  return reader.failed || request.iceMessage.length > MAX_ICE_MESSAGE_LENGTH ? undefined : request;
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
