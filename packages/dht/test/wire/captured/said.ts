import type { InfoHash } from "../../../src/id/index.ts";
import { describePacked, toHex } from "../../../src/msgpack/index.ts";
import { Field, type FieldValues, type Value } from "../../../src/value/index.ts";
import type { Message, NodeEntry } from "../../../src/wire/index.ts";

/**
 * The same short account of a message from both sides: `saidBy` from a vector's picture of the bytes, by plain look-up
 * of wire keys, and `seenIn` from what the decoder made of them.
 */
export interface Account {
  readonly kind: string;
  readonly tid: unknown;
  readonly network: unknown;
  readonly client: boolean;
  readonly agent: unknown;
  readonly body: Readonly<Record<string, unknown>>;
}

export function saidBy(decoded: unknown): Account {
  const classes = ["e", "r", "p", "u"].filter((key) => entry(decoded, key) !== undefined);
  const kinds: Readonly<Record<string, string>> = { e: "error", r: "reply", p: "part", u: "legacyUpdate" };
  const body = entry(decoded, "a") ?? entry(decoded, "r") ?? entry(decoded, "u");
  return {
    kind: kinds[classes[0] ?? ""] ?? String(entry(decoded, "q")),
    tid: entry(decoded, "t"),
    network: entry(decoded, "n") ?? 0,
    client: entry(decoded, "s") === true,
    agent: entry(decoded, "v"),
    body: clean({
      id: entry(body, "id", "$bin"),
      key: entry(body, "h", "$bin"),
      target: entry(body, "target", "$bin"),
      want: entry(body, "w"),
      select: entry(body, "q", "s"),
      where: entry(body, "q", "w"),
      token: entry(body, "token", "$bin"),
      valueId: decimalOf(entry(body, "vid")),
      values: list(body, "values")?.filter((value) => typeof value !== "number"),
      sizes: list(body, "values")?.filter((value) => typeof value === "number"),
      fields: entry(body, "fileds", "f"),
      answers: entry(body, "fileds", "v"),
      nodes4: entry(body, "n4", "$bin"),
      nodes6: entry(body, "n6", "$bin"),
      reportedAddress: entry(body, "sa", "$bin"),
      created: entry(body, "c"),
      socketId: entry(body, "sid"),
      version: entry(body, "ve"),
      refreshed: list(body, "re")?.map(decimalOf),
      expired: list(body, "exp")?.map(decimalOf),
      error: entry(decoded, "e"),
      parts: list(decoded, "p", "$map")?.map((part) => [
        entry(part, "0"),
        entry(part, "1", "o"),
        entry(part, "1", "d", "$bin"),
      ]),
    }),
  };
}

export function seenIn(message: Message): Account {
  const { kind, tid, network, client } = message;
  const agent = message.kind === "part" ? undefined : message.agent;
  return { kind, tid, network, client, agent, body: clean(bodyOf(message)) };
}

function bodyOf(message: Message): Record<string, unknown> {
  const id = message.kind === "part" ? undefined : message.id.toString();
  switch (message.kind) {
    case "part":
      return { parts: message.parts.map(({ index, offset, data }) => [index, offset, toHex(data)]) };
    case "ping":
      return { id };
    case "find":
      return { id, target: `${message.target}`, want: families(message.want) };
    case "get":
      return { id, key: `${message.key}`, want: families(message.want), ...queryOf(message.query) };
    case "put":
      return { id, key: `${message.key}`, token: toHex(message.token), created: message.created, ...valuesOf(message) };
    case "refresh":
      return { id, key: `${message.key}`, token: toHex(message.token), valueId: `${message.valueId}` };
    case "listen": {
      const { socketId, version } = message;
      return { id, key: `${message.key}`, token: toHex(message.token), socketId, version, ...queryOf(message.query) };
    }
    case "update": {
      const { socketId, key, refreshed, expired } = message;
      const news = { refreshed: decimals(refreshed), expired: decimals(expired) };
      const values = key && { key: `${key}`, version: message.version, ...valuesOf(message) };
      return { id, socketId, token: toHex(message.token), created: message.created, ...news, ...values };
    }
    case "legacyUpdate": {
      const { refreshed, expired } = message;
      return { id, token: toHex(message.token), refreshed: decimals(refreshed), expired: decimals(expired) };
    }
    case "error":
      return { id, error: [message.code, message.text] };
    case "reply": {
      const address = message.reportedAddress;
      const hasValues = message.values.length + message.announced.length > 0;
      return {
        id,
        valueId: message.valueId?.toString(),
        reportedAddress: address && hostHex(address),
        nodes4: message.nodes4 && nodesHex(message.nodes4),
        nodes6: message.nodes6 && nodesHex(message.nodes6),
        token: message.token && toHex(message.token),
        fields: message.fieldOrder,
        answers: message.fields?.flatMap((fields) => message.fieldOrder?.map((field) => answer(field, fields))),
        ...(hasValues && valuesOf(message)),
      };
    }
  }
}

function valuesOf(message: { values: readonly Value[]; announced: readonly { size: number }[] }) {
  return {
    values: message.values.map((value) => describePacked(value.getPacked())),
    sizes: message.announced.map(({ size }) => size),
  };
}

function queryOf(query: Extract<Message, { kind: "get" }>["query"]) {
  return {
    select: query?.select.fields,
    where: query?.where.restrictions.map(({ field, value }) => ({ f: field, v: restrictionPicture(value) })),
  };
}

function restrictionPicture(value: bigint | number | string | InfoHash): unknown {
  if (typeof value === "bigint") return integer(value);
  if (typeof value === "string") return { $bin: toHex(new TextEncoder().encode(value)) };
  return typeof value === "number" ? value : { $bin: value.toString() };
}

function answer(field: Field, fields: FieldValues): unknown {
  switch (field) {
    case Field.Id:
      return integer(fields.id ?? 0n);
    case Field.ValueType:
      return fields.valueType;
    case Field.OwnerPk:
      return { $bin: fields.ownerKey ? toHex(fields.ownerKey) : `${fields.owner}` };
    case Field.SeqNum:
      return fields.seq;
    case Field.UserType:
      return fields.userType;
  }
}

function integer(value: bigint): unknown {
  return value < 2n ** 53n ? Number(value) : { $int: value.toString() };
}

function families(want: number | undefined): readonly number[] | undefined {
  return want === undefined ? undefined : [2, 10].filter((_, bit) => (want & (1 << bit)) !== 0);
}

function decimals(ids: readonly bigint[]): readonly string[] | undefined {
  return ids.length === 0 ? undefined : ids.map(String);
}

function nodesHex(nodes: readonly NodeEntry[]): string {
  return nodes.map(({ id, address }) => `${id}${hostHex(address)}${wordHex(address.port).slice(4)}`).join("");
}

function hostHex({ family, a, b, c, d }: NodeEntry["address"]): string {
  return (family === 4 ? [a] : [a, b, c, d]).map(wordHex).join("");
}

function wordHex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}

/** What lies at the end of a path of keys. */
function entry(picture: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner instanceof Object ? Reflect.get(inner, key) : undefined), picture);
}

function list(picture: unknown, ...path: readonly string[]): readonly unknown[] | undefined {
  const elements = entry(picture, ...path);
  return Array.isArray(elements) ? elements : undefined;
}

function decimalOf(picture: unknown): string | undefined {
  if (picture === undefined) return undefined;
  return typeof picture === "number" ? `${picture}` : String(entry(picture, "$int"));
}

function clean(entries: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}
