import type { SockAddr } from "../../src/address/index.ts";
import { InfoHash } from "../../src/id/index.ts";
import { type RandomSource, randomBelow, randomId64 } from "../../src/random/index.ts";
import { Field, Query, type Restriction, Select, Value, Where } from "../../src/value/index.ts";
import { type Envelope, encodeMessage, encodeParts, type Message, type NodeEntry } from "../../src/wire/index.ts";

/** What an attacker knows who sees every datagram of his victim. Lists may grow; entries are chosen by chance. */
export interface Knowledge {
  readonly ids: readonly InfoHash[];
  readonly keys: readonly InfoHash[];
  readonly addresses: readonly SockAddr[];
  /** Transaction ids of questions that the victim waits for, and of its open sockets. */
  readonly tids: readonly number[];
  /** Who lives at that address, as far as the victim was told. */
  idAt(address: SockAddr): InfoHash | undefined;
  /** The token with which somebody at that address may write. */
  tokenOf(address: SockAddr): Uint8Array | undefined;
}

/** Writes well-formed messages that lie: ids, tids, tokens and keys are real ones more often than not. */
export class Forger {
  readonly #known: Knowledge;
  readonly #random: RandomSource;

  constructor(known: Knowledge, random: RandomSource) {
    this.#known = known;
    this.#random = random;
  }

  /** A message as the datagrams that it takes: mostly one, with large values many. */
  forge(from: SockAddr): readonly Uint8Array[] {
    return datagramsOf(this.#message(from));
  }

  /** An answer to a question that went to `from`, right in all but what it says. */
  answer(from: SockAddr, tid: number): readonly Uint8Array[] {
    const envelope = { ...this.#envelope(from), tid, network: 0 };
    return datagramsOf(this.#below(8) === 0 ? this.#error(envelope) : this.#reply(envelope, from));
  }

  #envelope(from: SockAddr): Envelope {
    return {
      tid: this.#tid(),
      id: (this.#below(3) > 0 ? this.#known.idAt(from) : undefined) ?? this.#id(),
      network: this.#below(50) === 0 ? 1 : 0,
      client: this.#below(10) === 0,
      agent: "o2",
    };
  }

  #message(from: SockAddr): Message {
    const envelope = this.#envelope(from);
    const key = this.#key();
    const token = this.#token(from);
    switch (this.#below(12)) {
      case 0:
        return { kind: "ping", ...envelope };
      case 1:
        return { kind: "find", ...envelope, target: key, want: this.#maybe(() => this.#below(4)) };
      case 2:
        return { kind: "get", ...envelope, key, query: this.#query(), want: this.#maybe(() => this.#below(4)) };
      case 3:
      case 4:
        return { kind: "put", ...envelope, key, token, ...this.#values(), created: this.#maybe(() => this.#time()) };
      case 5:
        return { kind: "refresh", ...envelope, key, token, valueId: this.#valueId() };
      case 6:
        return {
          kind: "listen",
          ...envelope,
          key,
          token,
          socketId: this.#tid(),
          version: this.#below(4) === 0 ? 0 : 1,
          query: this.#query(),
        };
      case 7: {
        const [refreshed, expired] = [this.#valueIds(), this.#valueIds()];
        const subject = this.#maybe(() => key);
        return {
          kind: "update",
          ...envelope,
          key: subject,
          token,
          socketId: this.#tid(),
          version: 1,
          ...(subject === undefined ? NO_VALUES : this.#values()),
          refreshed,
          expired,
        };
      }
      case 8:
        return this.#error(envelope);
      case 9:
        return { kind: "legacyUpdate", ...envelope, token, refreshed: this.#valueIds(), expired: this.#valueIds() };
      case 10:
        return this.#reply(envelope, from);
      default:
        return {
          kind: "part",
          tid: envelope.tid,
          network: 0,
          client: false,
          parts: this.#list(4, () => ({
            index: this.#below(3),
            offset: this.#below(4) * 1280,
            data: this.#bytes(this.#below(2) === 0 ? 1280 : 40),
          })),
        };
    }
  }

  #error(envelope: Envelope): Message {
    return { kind: "error", ...envelope, code: this.#pick([203, 401, 401, 401, 404, 421, 65_535]) ?? 0, text: "no" };
  }

  #reply(envelope: Envelope, from: SockAddr): Message {
    const fieldOrder = [Field.Id, Field.SeqNum];
    const fields = this.#maybe(() => this.#list(20, () => ({ id: this.#valueId(), seq: this.#below(5) })));
    return {
      kind: "reply",
      ...envelope,
      valueId: this.#maybe(() => this.#valueId()),
      reportedAddress: this.#maybe(() => this.#pick(this.#known.addresses) ?? from),
      nodes4: this.#maybe(() => this.#nodes(4)),
      nodes6: this.#maybe(() => this.#nodes(6)),
      token: this.#below(8) === 0 ? undefined : this.#bytes(this.#below(4) === 0 ? this.#below(100) : 32),
      ...(fields === undefined ? { ...this.#values() } : { ...NO_VALUES, fields, fieldOrder }),
    };
  }

  #nodes(family: 4 | 6): NodeEntry[] {
    const addresses = this.#known.addresses.filter((address) => address.family === family);
    return this.#list(12, () => ({ id: this.#id(), address: this.#pick(addresses) })).filter(hasAddress);
  }

  #values(): { values: readonly Value[]; announced: readonly never[] } {
    return { values: this.#list(this.#below(20) === 0 ? 60 : 3, () => this.#value()), announced: [] };
  }

  #value(): Value {
    const id = this.#valueId();
    const data = this.#bytes(this.#below(this.#below(30) === 0 ? 20_000 : 100));
    const priority = this.#below(3);
    if (this.#below(10) === 0) return new Value({ id, cypher: data, priority });
    const type = this.#below(10);
    const userType = this.#below(4) === 0 ? "text/plain" : "";
    if (this.#below(3) > 0) return new Value({ id, data, type, userType, priority });
    const owner = this.#pick(OWNERS);
    return new Value({ id, data, type, userType, owner, seq: this.#below(4), signature: this.#bytes(16) });
  }

  #query(): Query | undefined {
    if (this.#below(3) === 0) return undefined;
    const fields = this.#list(
      4,
      () => this.#pick([Field.Id, Field.ValueType, Field.OwnerPk, Field.SeqNum]) ?? Field.Id,
    );
    return new Query(new Select([...new Set(fields)]), new Where(this.#list(3, () => this.#restriction())));
  }

  #restriction(): Restriction {
    if (this.#below(2) === 0) return { field: Field.Id, value: this.#valueId() };
    if (this.#below(2) === 0) return { field: Field.ValueType, value: this.#below(10) };
    return { field: Field.UserType, value: "text/plain" };
  }

  #id(): InfoHash {
    return this.#below(20) === 0 ? InfoHash.random(this.#random) : (this.#pick(this.#known.ids) ?? InfoHash.zero);
  }

  #key(): InfoHash {
    return this.#below(20) === 0 ? InfoHash.random(this.#random) : (this.#pick(this.#known.keys) ?? InfoHash.zero);
  }

  #tid(): number {
    return this.#below(4) === 0 ? this.#random.uint32() : (this.#pick(this.#known.tids) ?? 0);
  }

  #token(from: SockAddr): Uint8Array {
    return (
      (this.#below(8) > 0 && this.#known.tokenOf(from)) || this.#bytes(this.#below(3) === 0 ? 32 : this.#below(80))
    );
  }

  /** Few ids, so that values meet others of the same id. */
  #valueId(): bigint {
    return this.#below(10) === 0 ? randomId64(this.#random) : BigInt(this.#below(12));
  }

  #valueIds(): bigint[] {
    return this.#list(this.#below(50) === 0 ? 3000 : 4, () => this.#valueId());
  }

  /** Seconds; most of them plausible. */
  #time(): number {
    return Date.UTC(2026, 0, 1) / 1000 + this.#below(20_000) - (this.#below(10) === 0 ? 10 ** 9 : 0);
  }

  #bytes(length: number): Uint8Array {
    return this.#random.fill(new Uint8Array(length));
  }

  #maybe<T>(make: () => T): T | undefined {
    return this.#below(2) === 0 ? undefined : make();
  }

  #list<T>(max: number, make: () => T): T[] {
    return Array.from({ length: this.#below(max + 1) }, make);
  }

  #pick<T>(items: readonly T[]): T | undefined {
    return items[this.#below(items.length)];
  }

  #below(bound: number): number {
    return randomBelow(this.#random, bound);
  }
}

function datagramsOf(message: Message): readonly Uint8Array[] {
  return [encodeMessage(message), ...encodeParts(message)];
}

const NO_VALUES = { values: [], announced: [] } as const;
const OWNERS = [1, 2].map((byte) => new Uint8Array(60).fill(byte));

function hasAddress(entry: { id: InfoHash; address: SockAddr | undefined }): entry is NodeEntry {
  return entry.address !== undefined;
}
