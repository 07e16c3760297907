import type { SockAddr } from "../address/index.ts";
import { InfoHash } from "../id/index.ts";
import { keyCode, type Reader } from "../msgpack/index.ts";
import { type Query, readQuery, type Value } from "../value/index.ts";
import { type FieldAnswer, readFieldAnswer } from "./field-answer.ts";
import { type NodeEntry, readNodes } from "./nodes.ts";
import { readReportedAddress } from "./reported-address.ts";
import { type AnnouncedValue, readValues } from "./values.ts";
import { readWant } from "./want.ts";

const ID = keyCode("id");
const KEY = keyCode("h");
const TARGET = keyCode("target");
const WANT = keyCode("w");
const QUERY = keyCode("q");
const TOKEN = keyCode("token");
const VALUE_ID = keyCode("vid");
const VALUES = keyCode("values");
const FIELDS = keyCode("fileds");
const NODES4 = keyCode("n4");
const NODES6 = keyCode("n6");
const REPORTED_ADDRESS = keyCode("sa");
const CREATED = keyCode("c");
const SOCKET_ID = keyCode("sid");
const VERSION = keyCode("ve");
const REFRESHED = keyCode("re");
const EXPIRED = keyCode("exp");

const MAX_UINT32 = 0xffff_ffff;

export const RANK_NONE = 0;
export const RANK_NEWS = 1;
export const RANK_REPLY = 2;
export const RANK_ARGUMENTS = 3;
/** Which of a message's maps the body comes from: a higher one goes before a lower one. */
export type BodyRank = typeof RANK_NONE | typeof RANK_NEWS | typeof RANK_REPLY | typeof RANK_ARGUMENTS;

const NO_VALUES: readonly Value[] = [];
const NO_ANNOUNCED: readonly AnnouncedValue[] = [];
const NO_IDS: readonly bigint[] = [];

/**
 * The map inside a message. All kinds share one set of keys, and every key is checked in every kind of message, as
 * OpenDHT does; each kind then takes what belongs to it. Where a key comes twice, the last one counts.
 */
export class Body {
  rank: BodyRank = RANK_NONE;
  /** False when the map isn't one, or something in it has the wrong type. */
  isValid = true;
  id = InfoHash.zero;
  key: InfoHash | undefined;
  target = InfoHash.zero;
  want: number | undefined;
  query: Query | undefined;
  token: Uint8Array | undefined;
  valueId: bigint | undefined;
  values = NO_VALUES;
  announced = NO_ANNOUNCED;
  fields: FieldAnswer | undefined;
  nodes4: readonly NodeEntry[] | undefined;
  nodes6: readonly NodeEntry[] | undefined;
  hasBrokenNodes = false;
  reportedAddress: SockAddr | undefined;
  created: number | undefined;
  socketId = 0;
  version: 0 | 1 = 0;
  refreshed = NO_IDS;
  expired = NO_IDS;

  reset(): void {
    this.rank = RANK_NONE;
    this.isValid = true;
    this.id = InfoHash.zero;
    this.key = undefined;
    this.target = InfoHash.zero;
    this.want = undefined;
    this.query = undefined;
    this.token = undefined;
    this.valueId = undefined;
    this.values = NO_VALUES;
    this.announced = NO_ANNOUNCED;
    this.fields = undefined;
    this.nodes4 = undefined;
    this.nodes6 = undefined;
    this.hasBrokenNodes = false;
    this.reportedAddress = undefined;
    this.created = undefined;
    this.socketId = 0;
    this.version = 0;
    this.refreshed = NO_IDS;
    this.expired = NO_IDS;
  }

  /** Reads the map and makes the reader fail only if it is truncated; a wrong type in it makes the body invalid. */
  read(reader: Reader, rank: BodyRank): void {
    const start = reader.offset;
    if (this.rank !== RANK_NONE) this.reset();
    this.rank = rank;
    for (let entries = reader.readMapLength(); entries > 0 && !reader.failed; entries--) this.#readEntry(reader);
    if (!reader.failed) return;
    this.isValid = false;
    reader.rewind(start);
    reader.skip();
  }

  #readEntry(reader: Reader): void {
    switch (reader.readKey()) {
      case ID:
        this.id = reader.readInfoHash();
        break;
      case KEY:
        this.key = reader.readInfoHash();
        break;
      case TARGET:
        this.target = reader.readInfoHash();
        break;
      case TOKEN:
        this.token = reader.readBlob();
        break;
      case REPORTED_ADDRESS:
        this.reportedAddress = readReportedAddress(reader);
        break;
      case NODES4:
        this.nodes4 = readNodes(reader, 4);
        if (!this.nodes4) this.hasBrokenNodes = true;
        break;
      case NODES6:
        this.nodes6 = readNodes(reader, 6);
        if (!this.nodes6) this.hasBrokenNodes = true;
        break;
      case VALUES:
        readValues(reader, this);
        break;
      case FIELDS:
        this.fields = readFieldAnswer(reader);
        break;
      case QUERY:
        this.query = readQuery(reader);
        break;
      case WANT:
        this.want = readWant(reader);
        break;
      case VALUE_ID:
        this.valueId = reader.readUint64();
        break;
      case CREATED:
        this.created = Math.max(0, reader.readInteger());
        break;
      case SOCKET_ID:
        this.socketId = reader.readUint(MAX_UINT32);
        break;
      case VERSION:
        this.version = reader.readUint(MAX_UINT32) > 0 ? 1 : 0;
        break;
      case REFRESHED:
        this.refreshed = readIds(reader);
        break;
      case EXPIRED:
        this.expired = readIds(reader);
        break;
      default:
        reader.skip();
    }
  }
}

function readIds(reader: Reader): readonly bigint[] {
  const ids: bigint[] = [];
  for (let length = reader.readArrayLength(); length > 0 && !reader.failed; length--) ids.push(reader.readUint64());
  return ids;
}
