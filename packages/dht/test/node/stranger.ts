import { SockAddr } from "../../src/address/index.ts";
import { InfoHash } from "../../src/id/index.ts";
import type { Endpoint, TestNode, Testnet } from "../../src/testnet/index.ts";
import {
  decodeMessage,
  type Envelope,
  encodeMessage,
  encodeParts,
  type Message,
  type QueryMessage,
  type Reply,
} from "../../src/wire/index.ts";

type WithoutEnvelope<T> = T extends Envelope ? Omit<T, keyof Envelope> & Partial<Envelope> : never;
export type Question = WithoutEnvelope<QueryMessage>;

export interface Arrival {
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly message: Message;
}

/** Somebody on the network who says exactly what the test wants, and writes down what comes. */
export class Stranger {
  readonly id: InfoHash;
  readonly endpoint: Endpoint;
  readonly arrivals: Arrival[] = [];
  readonly #net: Testnet;
  #tid = 1000;
  /** What to answer to a query; nothing by default. */
  onQuery: (query: QueryMessage, from: SockAddr) => void = () => {};

  constructor(net: Testnet, name = "stranger") {
    this.#net = net;
    this.id = InfoHash.get(name);
    this.endpoint = net.attach();
    this.endpoint.receiver = (bytes, from) => this.#receive(bytes, from);
  }

  get address(): SockAddr {
    const address = this.endpoint.address4 ?? this.endpoint.address6;
    if (address === undefined) throw new Error("an endpoint has an address");
    return address;
  }

  envelope(tid?: number): Envelope {
    this.#tid++;
    return { tid: tid ?? this.#tid, id: this.id, network: 0, client: false, agent: "o2" };
  }

  sendBytes(to: TestNode, bytes: Uint8Array): void {
    this.endpoint.send(bytes, to.address);
    this.#net.scheduler.advance(5);
  }

  send(to: TestNode | SockAddr, message: Message): void {
    const address = to instanceof SockAddr ? to : to.address;
    this.endpoint.send(encodeMessage(message), address);
    for (const part of encodeParts(message)) this.endpoint.send(part, address);
  }

  /** Asks, waits 5 ms, and returns what came back under the same tid. */
  ask(node: TestNode, question: Question): Message[] {
    const query: QueryMessage = { ...this.envelope(), ...question };
    const before = this.arrivals.length;
    this.send(node, query);
    this.#net.scheduler.advance(5);
    return this.arrivals.slice(before).flatMap(({ message }) => (hasTid(message, query.tid) ? [message] : []));
  }

  /** Asks something to which there is exactly one reply. */
  askOnce(node: TestNode, question: Question): Reply {
    const answers = this.ask(node, question);
    const [reply] = answers;
    if (answers.length !== 1 || reply?.kind !== "reply")
      throw new Error(`not one reply: ${JSON.stringify(answers, asText)}`);
    return reply;
  }

  token(node: TestNode): Uint8Array {
    const { token } = this.askOnce(node, { kind: "find", target: this.id });
    if (token === undefined) throw new Error("a find reply holds a token");
    return token;
  }

  reply(query: QueryMessage, to: SockAddr, body: Partial<Reply> = {}): void {
    this.send(to, {
      ...this.envelope(query.tid),
      kind: "reply",
      values: [],
      announced: [],
      reportedAddress: to,
      ...body,
    });
  }

  error(query: QueryMessage, to: SockAddr, code: number): void {
    this.send(to, { ...this.envelope(query.tid), kind: "error", code, text: "no" });
  }

  /** Answers pings and finds like an honest node that knows nobody. */
  beHonest(): this {
    this.onQuery = (query, from) => {
      const hasToken = query.kind === "find" || query.kind === "get";
      this.reply(query, from, {
        ...(hasToken && { token: new Uint8Array(32) }),
        ...(query.kind === "put" && { valueId: query.values[0]?.id }),
        ...(query.kind === "refresh" && { valueId: query.valueId }),
      });
    };
    return this;
  }

  /** The queries that came, of one kind. */
  queries<K extends QueryMessage["kind"]>(kind: K): Extract<QueryMessage, { kind: K }>[] {
    return this.arrivals.flatMap(({ message }) => (isKind(message, kind) ? [message] : []));
  }

  /** When queries of one kind came. */
  times(kind: QueryMessage["kind"]): number[] {
    return this.arrivals.filter(({ message }) => message.kind === kind).map(({ at }) => at);
  }

  #receive(bytes: Uint8Array, from: SockAddr): void {
    const message = decodeMessage(bytes);
    if (message.kind === "malformed") throw new Error(`a node sent something malformed: ${message.reason}`);
    this.arrivals.push({ at: this.#net.now, bytes, message });
    if (
      message.kind !== "reply" &&
      message.kind !== "error" &&
      message.kind !== "part" &&
      message.kind !== "legacyUpdate"
    ) {
      this.onQuery(message, from);
    }
  }
}

function hasTid(message: Message, tid: number): boolean {
  return message.kind !== "part" && message.tid === tid && (message.kind === "reply" || message.kind === "error");
}

function isKind<K extends QueryMessage["kind"]>(
  message: Message,
  kind: K,
): message is Extract<QueryMessage, { kind: K }> {
  return message.kind === kind;
}

function asText(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
