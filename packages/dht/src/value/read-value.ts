import { InfoHash } from "../id/index.ts";
import { KnownTexts, keyCode, type Reader } from "../msgpack/index.ts";
import { EMPTY_BYTES } from "./bytes.ts";
import { derFromPem } from "./pem.ts";
import type { ValueInit } from "./value.ts";

const ID = keyCode("id");
const DAT = keyCode("dat");
const BODY = keyCode("body");
const SIG = keyCode("sig");
const PRIORITY = keyCode("p");
const PUSH_TYPE = keyCode("pt");
const SEQ = keyCode("seq");
const OWNER = keyCode("owner");
const TO = keyCode("to");
const TYPE = keyCode("type");
const DATA = keyCode("data");
const USER_TYPE = keyCode("utype");

const MAX_UINT16 = 0xffff;
const MAX_UINT32 = 0xffff_ffff;

/** Longest public key, DER: RSA of 16384 bits, beyond which nobody checks signatures, needs half as much. */
export const MAX_OWNER_BYTES = 4096;

const USER_TYPES = new KnownTexts("text/plain", "application/octet-stream");

/** The fields of the value being read. One object serves all: a Value takes what it needs out of it at once. */
class ValueFields implements ValueInit {
  id = 0n;
  type = 0;
  data: Uint8Array = EMPTY_BYTES;
  userType = "";
  priority = 0;
  pushType = "";
  owner: Uint8Array | undefined;
  seq = 0;
  recipient = InfoHash.zero;
  signature: Uint8Array | undefined;
  cypher: Uint8Array | undefined;
  /** Bits of the keys that were there: where a key comes twice, the first one counts. */
  seen = 0;

  reset(): void {
    this.id = 0n;
    this.type = 0;
    this.data = EMPTY_BYTES;
    this.userType = "";
    this.priority = 0;
    this.pushType = "";
    this.owner = undefined;
    this.seq = 0;
    this.recipient = InfoHash.zero;
    this.signature = undefined;
    this.cypher = undefined;
    this.seen = 0;
  }

  /** True the first time that a key is met. */
  isNew(bit: number): boolean {
    if ((this.seen & bit) !== 0) return false;
    this.seen |= bit;
    return true;
  }
}

const SEEN_ID = 1;
const SEEN_DAT = 2;
const SEEN_PRIORITY = 4;
const SEEN_PUSH_TYPE = 8;
const SEEN_BODY = 16;
const SEEN_SIG = 32;
const SEEN_SEQ = 64;
const SEEN_OWNER = 128;
const SEEN_TO = 256;
const SEEN_TYPE = 512;
const SEEN_DATA = 1024;
const SEEN_USER_TYPE = 2048;

const fields = new ValueFields();

/**
 * Reads `{id, dat, [p], [pt]}`, of which id and dat must be there; keys nobody knows are stepped over.
 *
 * @returns fields that are good until the next call; undefined, and a failed reader, where there is no value
 */
export function readValueInit(reader: Reader): ValueInit | undefined {
  fields.reset();
  for (let entries = reader.readMapLength(); entries > 0 && !reader.failed; entries--) readOuterEntry(reader);
  if (!hasAll(SEEN_ID | SEEN_DAT)) reader.fail();
  return reader.failed ? undefined : fields;
}

/** Reads `{body, sig}` alone: what a cypher holds. Same conditions as `readValueInit`. */
export function readDatInit(reader: Reader): ValueInit | undefined {
  fields.reset();
  readDat(reader);
  return reader.failed || fields.cypher ? undefined : fields;
}

function readOuterEntry(reader: Reader): void {
  const key = reader.readKey();
  if (key === ID && fields.isNew(SEEN_ID)) fields.id = reader.readUint64();
  else if (key === DAT && fields.isNew(SEEN_DAT)) readDat(reader);
  else if (key === PRIORITY && fields.isNew(SEEN_PRIORITY)) fields.priority = reader.readUint(MAX_UINT32);
  else if (key === PUSH_TYPE && fields.isNew(SEEN_PUSH_TYPE)) fields.pushType = reader.readText();
  else reader.skip();
}

/** A bin is a cypher; otherwise a map with a body. A signature without owner means nothing and is dropped. */
function readDat(reader: Reader): void {
  if (!reader.isNextMap()) {
    fields.cypher = reader.copy(reader.readBinLength());
    return;
  }
  for (let entries = reader.readMapLength(); entries > 0 && !reader.failed; entries--) {
    const key = reader.readKey();
    if (key === BODY && fields.isNew(SEEN_BODY)) readBody(reader);
    else if (key === SIG && fields.isNew(SEEN_SIG)) fields.signature = reader.readBlob();
    else reader.skip();
  }
  if (!hasAll(SEEN_BODY | SEEN_TYPE | SEEN_DATA)) reader.fail();
  if (fields.owner === undefined) {
    fields.seq = 0;
    fields.recipient = InfoHash.zero;
    fields.signature = undefined;
  } else if (!hasAll(SEEN_SEQ | SEEN_SIG) || isEmpty(fields.owner) || isEmpty(fields.signature)) reader.fail();
}

function readBody(reader: Reader): void {
  for (let entries = reader.readMapLength(); entries > 0 && !reader.failed; entries--) readBodyEntry(reader);
}

function readBodyEntry(reader: Reader): void {
  const key = reader.readKey();
  if (key === TYPE && fields.isNew(SEEN_TYPE)) fields.type = reader.readUint(MAX_UINT16);
  else if (key === DATA && fields.isNew(SEEN_DATA)) fields.data = reader.readBlob();
  else if (key === USER_TYPE && fields.isNew(SEEN_USER_TYPE)) fields.userType = reader.readText(USER_TYPES);
  else if (key === OWNER && fields.isNew(SEEN_OWNER)) readOwner(reader);
  else if (key === SEQ && fields.isNew(SEEN_SEQ)) fields.seq = reader.readUint(MAX_UINT16);
  else if (key === TO && fields.isNew(SEEN_TO)) fields.recipient = reader.readInfoHash();
  else reader.skip();
}

function readOwner(reader: Reader): void {
  fields.owner = derFromPem(reader.readBlob());
  if (fields.owner.length > MAX_OWNER_BYTES) reader.fail();
}

function isEmpty(bytes: Uint8Array | undefined): boolean {
  return bytes === undefined || bytes.length === 0;
}

function hasAll(bits: number): boolean {
  return (fields.seen & bits) === bits;
}
