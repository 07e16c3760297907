import type {
  DashboardMessage,
  HopMessage,
  ListenerRow,
  ListenersRow,
  MessageTally,
  NodeMessage,
  PeerRow,
  StoredKeyRow,
  StoredValueRow,
} from "../../src/messages.ts";

/** More rows of anything are not shown. */
export const MAX_ROWS = 2000;
/** A server tells no more of a key's values. */
export const MAX_VALUES_TOLD = 50;
/** A server names no more of a key's listeners. */
export const MAX_LISTENERS_NAMED = 8;
/** An IPv6 address with a name of its network and a port. */
const MAX_ADDRESS_CHARACTERS = 80;
const ID = /^[0-9a-f]{40}$/;

type Fields = Readonly<Record<string, unknown>>;

/** What a server says, or undefined where it is nothing that this page understands: another version may say more. */
export function parseMessage(text: string): DashboardMessage | undefined {
  const fields = parseObject(text);
  switch (fields?.kind) {
    case "node":
      return isNode(fields) ? fields : undefined;
    case "peers":
      return isList(fields.peers)
        ? { kind: "peers", peers: fields.peers.filter(isPeer).slice(0, MAX_ROWS) }
        : undefined;
    case "traffic": {
      const { at, bytesIn, bytesOut } = fields;
      if (!isNumber(at) || !isTally(fields.in) || !isTally(fields.out)) return undefined;
      if (!isNumber(bytesIn) || !isNumber(bytesOut)) return undefined;
      return { kind: "traffic", at, in: fields.in, out: fields.out, bytesIn, bytesOut };
    }
    case "store":
      return isList(fields.keys) ? { kind: "store", keys: fields.keys.filter(isKey).slice(0, MAX_ROWS) } : undefined;
    case "hop":
      return isHop(fields) ? fields : undefined;
    default:
      return undefined;
  }
}

function parseObject(text: string): Fields | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isNode(fields: Fields): fields is Fields & NodeMessage {
  return (
    isText(fields.id) &&
    isOneOf(fields.health, ["connected", "connecting", "degraded", "alone"]) &&
    isText(fields.reason) &&
    isNumber(fields.uptime)
  );
}

function isPeer(row: unknown): row is PeerRow {
  return (
    isObject(row) &&
    isText(row.id) &&
    isNumber(row.bucket) &&
    isNumber(row.lastSeen) &&
    isOneOf(row.state, ["good", "incoming", "dubious", "expired"])
  );
}

function isTally(tally: unknown): tally is MessageTally {
  return isObject(tally) && Object.values(tally).every(isNumber);
}

function isKey(row: unknown): row is StoredKeyRow {
  return (
    isObject(row) &&
    isText(row.key) &&
    isListeners(row.listeners) &&
    isList(row.values) &&
    isCount(row.valueCount) &&
    row.values.length <= Math.min(MAX_VALUES_TOLD, row.valueCount) &&
    row.values.every(isValue)
  );
}

function isListeners(row: unknown): row is ListenersRow {
  return (
    isObject(row) &&
    isCount(row.own) &&
    isCount(row.others) &&
    isList(row.named) &&
    row.named.length <= Math.min(MAX_LISTENERS_NAMED, row.others) &&
    row.named.every(isListener)
  );
}

function isListener(row: unknown): row is ListenerRow {
  return (
    isObject(row) &&
    isText(row.id) &&
    ID.test(row.id) &&
    isText(row.address) &&
    row.address.length <= MAX_ADDRESS_CHARACTERS
  );
}

function isValue(row: unknown): row is StoredValueRow {
  return isObject(row) && isText(row.id) && isNumber(row.type) && isNumber(row.size) && isNumber(row.expires);
}

function isHop(fields: Fields): fields is Fields & HopMessage {
  return (
    isText(fields.lookup) &&
    isText(fields.key) &&
    isNumber(fields.at) &&
    isOneOf(fields.step, ["asked", "answered", "timeout", "found", "done"]) &&
    (isText(fields.address) || fields.step === "done") &&
    (isText(fields.to) || fields.to === undefined)
  );
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isCount(value: unknown): value is number {
  return isNumber(value) && Number.isSafeInteger(value) && value >= 0;
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}

function isOneOf(value: unknown, allowed: readonly string[]): boolean {
  return isText(value) && allowed.includes(value);
}
