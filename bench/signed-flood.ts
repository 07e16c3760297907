import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { generateIdentity } from "@hashmere/crypto";
import { InfoHash, signValue, Value } from "@hashmere/dht";
import {
  decodeMessage,
  type Envelope,
  encodeMessage,
  encodeParts,
  type QueryMessage,
  type Reply,
} from "@hashmere/dht/wire";
import { type Contender, Server } from "./contender.ts";
import type { Samples } from "./measurement.ts";
import { quantile } from "./quantile.ts";

const VALUES_PER_SECOND = 1_000;
const SECONDS = 3;
const TICK_MS = 5;
const VALUE_BYTES = 64;
const WARM_PINGS = 200;
/** An answer that has not come by then is lost, and counts as that late. */
const ANSWER_LIMIT_MS = 1_000;
/** Of the values sent, those that are asked for afterwards. */
const SAMPLE_EVERY = 30;

interface SignedValue {
  readonly key: InfoHash;
  readonly value: Value;
}

/** How fast a node answers pings while values signed by an RSA-4096 key arrive, each of which it has to check. */
export async function measureSignedFlood(contenders: readonly Contender[], samples: Samples): Promise<void> {
  const values = await signMany(VALUES_PER_SECOND * SECONDS);
  const prefix = `${VALUES_PER_SECOND} signed values/s`;
  for (const contender of contenders) {
    await using server = await Server.start(contender);
    await using client = await Client.open(server.port);
    for (let i = 0; i < WARM_PINGS; i++) await client.ping();
    const pings = await client.flood(values);
    const notHeld = await client.countMissing(values.filter((_, i) => i % SAMPLE_EVERY === 0));
    samples.add(`${prefix}: ping p50`, "ms", contender.name, quantile(pings, 0.5));
    samples.add(`${prefix}: ping p99`, "ms", contender.name, quantile(pings, 0.99));
    samples.add(`${prefix}: not held, of ${Math.ceil(values.length / SAMPLE_EVERY)}`, "", contender.name, notHeld);
  }
}

async function signMany(count: number): Promise<readonly SignedValue[]> {
  const { key } = await generateIdentity("author");
  const data = new Uint8Array(VALUE_BYTES).fill(7);
  return Promise.all(
    Array.from({ length: count }, async (_, i) => ({
      key: InfoHash.get(`flood ${i}`),
      value: await signValue(new Value({ id: BigInt(i + 1), data }), key),
    })),
  );
}

type Answer = Pick<Reply, "values" | "announced" | "token">;
const LOST: Answer = { values: [], announced: [] };

type Question<T> = T extends Envelope ? Omit<T, keyof Envelope> : never;

/** Speaks to one node, from one address. */
class Client implements AsyncDisposable {
  readonly #id = InfoHash.random();
  readonly #port: number;
  readonly #socket: Socket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #tid = 0;

  private constructor(port: number) {
    this.#port = port;
    this.#socket = createSocket({ type: "udp4", lookup: (host, _options, done) => done(null, host, 4) });
    this.#socket.on("message", (datagram) => {
      const message = decodeMessage(datagram);
      if (message.kind === "reply") this.#waiting.get(message.tid)?.(message);
    });
  }

  static async open(port: number): Promise<Client> {
    const client = new Client(port);
    const listening = once(client.#socket, "listening"); // it comes at once: looking up takes no time here
    client.#socket.bind(0, "127.0.0.1");
    await listening;
    return client;
  }

  async ping(): Promise<number> {
    const start = performance.now();
    await this.#ask({ kind: "ping" });
    return performance.now() - start;
  }

  /** Sends the values at their rate, and returns how long each ping in between took. */
  async flood(values: readonly SignedValue[]): Promise<number[]> {
    const { token = new Uint8Array() } = await this.#ask({ kind: "find", target: this.#id });
    const datagrams = values.map(({ key, value }) => {
      const put = this.#query({ kind: "put", key, values: [value], announced: [], token });
      return [encodeMessage(put), ...encodeParts(put)];
    });
    const pings: Promise<number>[] = [];
    const start = performance.now();
    let sent = 0;
    while (sent < datagrams.length) {
      const due = Math.floor(((performance.now() - start) * VALUES_PER_SECOND) / 1_000);
      for (const datagram of datagrams.slice(sent, due).flat()) this.#send(datagram);
      sent = Math.max(sent, due);
      pings.push(this.ping());
      await sleep(TICK_MS);
    }
    return Promise.all(pings);
  }

  async countMissing(values: readonly SignedValue[]): Promise<number> {
    let missing = 0;
    for (const { key } of values) {
      const answer = await this.#ask({ kind: "get", key });
      // A large value is announced, and comes in parts.
      if (answer.values.length + answer.announced.length === 0) missing++;
    }
    return missing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#socket, "close");
    this.#socket.close();
    await closed;
  }

  async #ask(question: Question<QueryMessage>): Promise<Answer> {
    const query = this.#query(question);
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(query.tid, resolve));
    this.#send(encodeMessage(query));
    const answer = await Promise.race([answered, sleep(ANSWER_LIMIT_MS, LOST, { ref: false })]);
    this.#waiting.delete(query.tid);
    return answer;
  }

  #query(question: Question<QueryMessage>): QueryMessage {
    return { tid: ++this.#tid, id: this.#id, network: 0, client: true, agent: "o2", ...question };
  }

  #send(datagram: Uint8Array): void {
    this.#socket.send(datagram, this.#port, "127.0.0.1");
  }
}
