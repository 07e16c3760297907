import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const REQUESTS = 20_000;
const WINDOW = 16;
const BURSTS = [50, 100, 200, 300, 500, 1_000];
/** Longer than any answer takes that was not lost. */
const SILENCE_MS = 300;

export interface AnswerRates {
  /** Answers per second by request. */
  readonly perSecond: Readonly<Record<string, number>>;
  /** Answers to so many pings sent at once. */
  readonly bursts: Readonly<Record<number, number>>;
}

/** How fast one node in its own process answers a plain client that keeps 16 requests under way. */
export async function measureAnswerRates(): Promise<AnswerRates> {
  const child = fork(fileURLToPath(new URL("answering-node.ts", import.meta.url)));
  try {
    const [port]: unknown[] = await once(child, "message");
    const client = new Client(Number(port));
    await client.bind();
    const sender = Buffer.concat([Buffer.of(0xc4, 20), randomBytes(20)]);
    const payloads = {
      ping: () => request("ping", 1, sender),
      "store 100 bytes": () =>
        request("store", 3, Buffer.concat([sender, id(), Buffer.of(0xc4, 100), randomBytes(100)])),
      "find_value miss": () => request("find_value", 2, Buffer.concat([sender, id()])),
    };
    const perSecond: Record<string, number> = {};
    for (const [name, payload] of Object.entries(payloads)) perSecond[name] = await client.rate(payload);
    const bursts: Record<number, number> = {};
    for (const size of BURSTS) bursts[size] = await client.burst(payloads.ping, size);
    client.close();
    return { perSecond, bursts };
  } finally {
    child.kill();
  }
}

class Client {
  readonly #socket = createSocket({ type: "udp4", recvBufferSize: 4 * 1024 * 1024 });
  readonly #port: number;
  #onAnswer: () => void = () => {};

  constructor(port: number) {
    this.#port = port;
    this.#socket.on("message", (datagram) => {
      if (datagram[0] === 1) this.#onAnswer(); // the node's own pings stay unanswered
    });
  }

  async bind(): Promise<void> {
    this.#socket.bind(0, "127.0.0.1");
    await once(this.#socket, "listening");
  }

  close(): void {
    this.#socket.close();
  }

  /** Answers per second to REQUESTS requests, WINDOW at a time. */
  rate(payload: () => Buffer): Promise<number> {
    const begun = performance.now();
    let [sent, answered] = [0, 0];
    return new Promise((resolve) => {
      this.#onAnswer = () => {
        if (++answered === REQUESTS) resolve((REQUESTS * 1_000) / (performance.now() - begun));
        else if (sent < REQUESTS) this.#send(payload, ++sent);
      };
      while (sent < WINDOW) this.#send(payload, ++sent);
    });
  }

  /** How many of `size` requests at once are answered. */
  async burst(payload: () => Buffer, size: number): Promise<number> {
    let answered = 0;
    this.#onAnswer = () => {
      answered++;
    };
    for (let index = 0; index < size; index++) this.#send(payload, index);
    await new Promise((resolve) => setTimeout(resolve, SILENCE_MS));
    return answered;
  }

  #send(payload: () => Buffer, number: number): void {
    const header = Buffer.alloc(21);
    header.writeUInt32BE(number, 17);
    this.#socket.send(Buffer.concat([header, payload()]), this.#port, "127.0.0.1");
  }
}

function id(): Buffer {
  return Buffer.concat([Buffer.of(0xc4, 20), randomBytes(20)]);
}

function request(method: string, count: number, args: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(0x92, 0xa0 | method.length), Buffer.from(method), Buffer.of(0x90 | count), args]);
}
