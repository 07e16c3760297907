import { Reader } from "../msgpack/index.ts";
import { RANK_NONE } from "./body.ts";
import { errorFrom } from "./error.ts";
import { findFrom } from "./find.ts";
import { getFrom } from "./get.ts";
import { legacyUpdateFrom } from "./legacy-update.ts";
import { listenFrom } from "./listen.ts";
import type { Malformed, Message } from "./message.ts";
import { Packet } from "./packet.ts";
import { partFrom } from "./part.ts";
import { pingFrom } from "./ping.ts";
import { putFrom } from "./put.ts";
import { refreshFrom } from "./refresh.ts";
import { replyFrom } from "./reply.ts";
import { updateFrom } from "./update.ts";

const TRUNCATED_OR_WRONG_TYPE = malformed("truncated, or something of the wrong type");
const NO_BODY = malformed("neither arguments nor reply");
const WRONG_BODY = malformed("something of the wrong type in the body");
const NOT_A_QUERY = malformed("a class that nobody knows");
const UNKNOWN_QUERY = malformed("a query that nobody knows");

const reader = new Reader();
const packet = new Packet();

/**
 * What a datagram says. Never throws, keeps nothing of the datagram, and looks at what is there rather than at what is
 * claimed: bytes after the message and keys that nobody knows are passed over, anything of the wrong type makes the
 * whole datagram malformed.
 */
export function decodeMessage(datagram: Uint8Array): Message | Malformed {
  reader.reset(datagram);
  packet.read(reader);
  if (reader.failed) return TRUNCATED_OR_WRONG_TYPE;
  if (packet.hasParts && !packet.hasError && !packet.hasReply) return partFrom(packet);
  if (packet.body.rank === RANK_NONE) return NO_BODY;
  if (!packet.body.isValid) return WRONG_BODY;
  if (packet.hasError) return errorFrom(packet);
  if (packet.hasReply) return replyFrom(packet);
  if (packet.hasNews) return legacyUpdateFrom(packet);
  return queryFrom(packet);
}

function queryFrom(packet: Packet): Message | Malformed {
  if (packet.messageClass !== undefined && packet.messageClass !== "q") return NOT_A_QUERY;
  switch (packet.queryName) {
    case "ping":
      return pingFrom(packet);
    case "find":
      return findFrom(packet);
    case "get":
      return getFrom(packet);
    case "put":
      return putFrom(packet);
    case "listen":
      return listenFrom(packet);
    case "refresh":
      return refreshFrom(packet);
    case "update":
      return updateFrom(packet);
    default:
      return UNKNOWN_QUERY;
  }
}

function malformed(reason: string): Malformed {
  return Object.freeze({ kind: "malformed", reason });
}
