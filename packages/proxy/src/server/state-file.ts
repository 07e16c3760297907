// Source: OpenDHT REST proxy, the server's state on disk.
import { InfoHash, Value } from "@hashmere/dht/engine";
import { Reader, Writer } from "@hashmere/dht/msgpack";
import type { Platform, PushTarget } from "../json/index.ts";
import type { SavedPut } from "./permanent-puts.ts";
import type { SavedSubscription } from "./subscriptions.ts";

/** What a proxy keeps between two runs. */
export interface ProxyState {
  /** Those of one key one behind the other. */
  readonly puts: readonly SavedPut[];
  /** Those of one token one behind the other. */
  readonly subscriptions: readonly SavedSubscription[];
}

/** As the file numbers them, which is not as gorush does. */
const PLATFORMS: readonly Platform[] = ["none", "android", "ios", "unifiedpush"];
const NO_PLATFORM = 0;

/** About so much of the file is encoded in one go: a record more at most, and a record is a value and a few texts. */
export const STATE_SLICE_BYTES = 65_536;

/** What can be encoded between two looks at the clients, one after the other. */
type Slices = Generator<Uint8Array<ArrayBuffer>, void>;

/**
 * The file as the real proxy writes it; it reads ours, and we read its. Slice by slice, so that the process can do
 * something else meanwhile. What is in it is settled when the first slice is asked for; each record is as it is when its
 * slice is.
 */
export function* encodeProxyState(state: ProxyState): Slices {
  const puts = runsOf(state.puts, (one, next) => one.key.equals(next.key));
  const subscriptions = runsOf(state.subscriptions, (one, next) => one.target.token === next.target.token);
  const writer = new Writer(2 * STATE_SLICE_BYTES);
  writer.mapHeader(2);
  writer.text("puts");
  yield* writePuts(writer, puts);
  writer.text("pushListeners");
  yield* writeSubscriptions(writer, subscriptions);
  yield writer.finish();
}

function* fullSlice(writer: Writer): Slices {
  if (writer.view().length >= STATE_SLICE_BYTES) yield writer.finish();
}

/** Undefined when the bytes are no state file; what makes no sense in one is passed over. */
export function decodeProxyState(
  bytes: Uint8Array,
): { puts: SavedPut[]; subscriptions: SavedSubscription[] } | undefined {
  const reader = new Reader(bytes);
  const state = { puts: [] as SavedPut[], subscriptions: [] as SavedSubscription[] };
  if (!reader.isNextMap()) return undefined;
  for (let members = reader.readMapLength(); members > 0 && !reader.failed; members--) {
    const name = reader.readText();
    if (name === "puts") readPuts(reader, state.puts);
    else if (name === "pushListeners") readSubscriptions(reader, state.subscriptions);
    else reader.skip();
  }
  return reader.failed ? undefined : state;
}

// ---- permanent puts: {key: [{id: put}]}

function* writePuts(writer: Writer, runs: readonly Run<SavedPut>[]): Slices {
  writer.mapHeader(runs.length);
  for (const puts of runs) {
    writer.infoHash(puts[0].key);
    writer.arrayHeader(1);
    writer.mapHeader(puts.length);
    for (const put of puts) {
      writer.uint64(put.value.id);
      writePut(writer, put);
      yield* fullSlice(writer);
    }
  }
}

function writePut(writer: Writer, { value, target, endsAt }: SavedPut): void {
  const { token, clientId, sessionId, topic } = target;
  const platform = PLATFORMS.indexOf(target.platform);
  const texts: [string, string][] = [];
  if (clientId !== "") texts.push(["cid", clientId]);
  if (sessionId !== "") texts.push(["sid", sessionId]);
  if (token !== "") texts.push(["token", token]);
  if (topic !== "") texts.push(["top", topic]);
  writer.mapHeader(2 + texts.length + (platform === NO_PLATFORM ? 0 : 1));
  writer.text("value");
  writer.raw(value.getPacked());
  writeEnd(writer, endsAt);
  writeTexts(writer, texts);
  if (platform !== NO_PLATFORM) writePlatform(writer, platform);
}

function readPuts(reader: Reader, into: SavedPut[]): void {
  for (let keys = reader.readMapLength(); keys > 0 && !reader.failed; keys--) {
    const key = reader.readInfoHash();
    for (let maps = reader.readArrayLength(); maps > 0 && !reader.failed; maps--) {
      for (let puts = reader.readMapLength(); puts > 0 && !reader.failed; puts--) {
        reader.readUint64();
        const { value, endsAt, target } = readRecord(reader);
        if (value && value.id !== 0n && !key.isZero()) into.push({ key, value, endsAt, target });
      }
    }
  }
}

// ---- subscriptions: {token: [{key: [subscription]}]}

function* writeSubscriptions(writer: Writer, runs: readonly Run<SavedSubscription>[]): Slices {
  writer.mapHeader(runs.length);
  for (const ofToken of runs) {
    const byKey = Map.groupBy(ofToken, ({ key }) => `${key}`);
    writer.text(ofToken[0].target.token);
    writer.arrayHeader(1);
    writer.mapHeader(byKey.size);
    for (const [key, subscriptions] of byKey) {
      writer.infoHash(InfoHash.fromHex(key));
      writer.arrayHeader(subscriptions.length);
      for (const subscription of subscriptions) {
        writeSubscription(writer, subscription);
        yield* fullSlice(writer);
      }
    }
  }
}

function writeSubscription(writer: Writer, { target, endsAt }: SavedSubscription): void {
  const texts: [string, string][] = [["cid", target.clientId]];
  if (target.sessionId !== "") texts.push(["sid", target.sessionId]);
  if (target.topic !== "") texts.push(["top", target.topic]);
  writer.mapHeader(2 + texts.length);
  writeEnd(writer, endsAt);
  writeTexts(writer, texts);
  writePlatform(writer, PLATFORMS.indexOf(target.platform));
}

function readSubscriptions(reader: Reader, into: SavedSubscription[]): void {
  for (let tokens = reader.readMapLength(); tokens > 0 && !reader.failed; tokens--) {
    const token = reader.readText();
    for (let maps = reader.readArrayLength(); maps > 0 && !reader.failed; maps--) {
      for (let keys = reader.readMapLength(); keys > 0 && !reader.failed; keys--) {
        const key = reader.readInfoHash();
        for (let records = reader.readArrayLength(); records > 0 && !reader.failed; records--) {
          const { endsAt, target } = readRecord(reader);
          if (token !== "" && !key.isZero()) into.push({ key, endsAt, target: { ...target, token } });
        }
      }
    }
  }
}

// ---- what both have

/** At least one record, and those that belong to it. */
type Run<Saved> = [Saved, ...Saved[]];

/** Splits records where one doesn't belong to the one before it. */
function runsOf<Saved>(all: readonly Saved[], isSame: (one: Saved, next: Saved) => boolean): Run<Saved>[] {
  const runs: Run<Saved>[] = [];
  let current: Run<Saved> | undefined;
  for (const each of all) {
    if (current !== undefined && isSame(current[0], each)) current.push(each);
    else {
      current = [each];
      runs.push(current);
    }
  }
  return runs;
}

function writeTexts(writer: Writer, members: readonly (readonly [string, string])[]): void {
  for (const [name, text] of members) {
    writer.text(name);
    writer.text(text);
  }
}

function writeEnd(writer: Writer, endsAt: number): void {
  writer.text("exp");
  writer.uint(Math.max(0, Math.floor(endsAt / 1000)));
}

function writePlatform(writer: Writer, platform: number): void {
  writer.text("t");
  writer.uint(platform);
}

function readRecord(reader: Reader): { value: Value | undefined; endsAt: number; target: PushTarget } {
  let value: Value | undefined;
  let endsAt = 0;
  const target = { token: "", clientId: "", sessionId: "", platform: "none" as Platform, topic: "" };
  for (let members = reader.readMapLength(); members > 0 && !reader.failed; members--) {
    switch (reader.readText()) {
      case "value":
        value = readValue(reader);
        break;
      case "exp":
        endsAt = reader.readInteger() * 1000;
        break;
      case "cid":
        target.clientId = reader.readText();
        break;
      case "sid":
        target.sessionId = reader.readText();
        break;
      case "token":
        target.token = reader.readText();
        break;
      case "top":
        target.topic = reader.readText();
        break;
      case "t":
        target.platform = PLATFORMS[reader.readInteger()] ?? "none";
        break;
      default:
        reader.skip();
    }
  }
  return { value, endsAt, target };
}

/** A value that can't be understood is passed over, and the file read on behind it. */
function readValue(reader: Reader): Value | undefined {
  return Value.read(new Reader(reader.copyObject()));
}
