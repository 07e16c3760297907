import { KnownTexts, keyCode, type Reader } from "../msgpack/index.ts";
import { Body, type BodyRank, RANK_ARGUMENTS, RANK_NEWS, RANK_REPLY } from "./body.ts";
import { type Envelope, USER_AGENT } from "./envelope.ts";
import { readParts, type ValuePart } from "./part.ts";

const CLASS = keyCode("y");
const TID = keyCode("t");
const QUERY = keyCode("q");
const ARGUMENTS = keyCode("a");
const REPLY = keyCode("r");
const NEWS = keyCode("u");
const ERROR = keyCode("e");
const PARTS = keyCode("p");
const AGENT = keyCode("v");
const NETWORK = keyCode("n");
const CLIENT = keyCode("s");

const MAX_UINT16 = 0xffff;
const MAX_UINT32 = 0xffff_ffff;

const CLASSES = new KnownTexts("q", "r", "e", "p");
const AGENTS = new KnownTexts(USER_AGENT, "RNG1");
const QUERIES = new KnownTexts("ping", "find", "get", "put", "listen", "refresh", "update");
const ERRORS = new KnownTexts(
  "Get_values with no info_hash",
  "Listen with incorrect token",
  "Put with incorrect token",
  "Access operation for unknown storage",
);

const NO_PARTS: readonly ValuePart[] = [];

/**
 * All that a datagram may hold, as it is read. One packet serves all datagrams, so that decoding allocates only what a
 * message keeps. Where a key comes twice, the last one counts.
 */
export class Packet {
  readonly body = new Body();
  tid = 0;
  network = 0;
  client = false;
  agent: string | undefined;
  /** `y`; undefined when it is missing. */
  messageClass: string | undefined;
  /** `q`; empty when it is missing. */
  queryName = "";
  hasReply = false;
  hasNews = false;
  hasError = false;
  hasParts = false;
  errorCode = 0;
  errorText = "";
  parts = NO_PARTS;

  /** The reader has failed afterwards if the datagram is no map, is truncated, or has something of the wrong type. */
  read(reader: Reader): void {
    this.#reset();
    for (let entries = reader.readMapLength(); entries > 0 && !reader.failed; entries--) this.#readEntry(reader);
  }

  /** A fresh object for the message. */
  envelope(): Envelope {
    return { tid: this.tid, id: this.body.id, network: this.network, client: this.client, agent: this.agent };
  }

  #reset(): void {
    this.body.reset();
    this.tid = 0;
    this.network = 0;
    this.client = false;
    this.agent = undefined;
    this.messageClass = undefined;
    this.queryName = "";
    this.hasReply = false;
    this.hasNews = false;
    this.hasError = false;
    this.hasParts = false;
    this.errorCode = 0;
    this.errorText = "";
    this.parts = NO_PARTS;
  }

  #readEntry(reader: Reader): void {
    switch (reader.readKey()) {
      case ARGUMENTS:
        this.#readBody(reader, RANK_ARGUMENTS);
        break;
      case REPLY:
        this.hasReply = true;
        this.#readBody(reader, RANK_REPLY);
        break;
      case TID:
        this.tid = readTid(reader);
        break;
      case CLASS:
        this.messageClass = reader.readText(CLASSES);
        break;
      case QUERY:
        this.queryName = reader.readText(QUERIES);
        break;
      case AGENT:
        this.agent = reader.readText(AGENTS);
        break;
      case NETWORK:
        this.network = reader.readUint(MAX_UINT32);
        break;
      case CLIENT:
        this.client = reader.readBoolean();
        break;
      case PARTS:
        this.hasParts = true;
        this.parts = readParts(reader);
        break;
      case ERROR:
        this.hasError = true;
        this.#readError(reader);
        break;
      case NEWS:
        this.hasNews = true;
        this.#readBody(reader, RANK_NEWS);
        break;
      default:
        reader.skip();
    }
  }

  /** The body is taken from `a`, else from `r`, else from `u`; in whatever order they come. */
  #readBody(reader: Reader, rank: BodyRank): void {
    if (rank < this.body.rank) reader.skip();
    else this.body.read(reader, rank);
  }

  /** `[code, text]` */
  #readError(reader: Reader): void {
    let length = reader.readArrayLength();
    if (length < 2) reader.fail();
    this.errorCode = reader.readUint(MAX_UINT16);
    this.errorText = reader.readText(ERRORS);
    for (; length > 2 && !reader.failed; length--) reader.skip();
  }
}

/** An integer, or up to four bytes of bin or str that are the number's first, big-endian. */
function readTid(reader: Reader): number {
  if (reader.isNextInteger()) return reader.readUint(MAX_UINT32);
  const length = reader.readTextLength();
  if (length > 4) return reader.fail();
  let tid = 0;
  for (let i = 0; i < 4; i++) tid = (tid << 8) | (i < length ? (reader.bytes[reader.offset + i] ?? 0) : 0);
  reader.advance(length);
  return tid >>> 0;
}
