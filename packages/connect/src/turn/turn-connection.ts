import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { connectSoon } from "../sockets/index.ts";
import { StunBuilder, type StunMessage, StunMethod } from "../stun/index.ts";
import { StunStreamReader } from "./stun-stream-reader.ts";
import type { TurnCredentials } from "./turn-credentials.ts";
import { TurnError } from "./turn-error.ts";
import type { TurnAddress } from "./turn-server.ts";

/** How long a server may take to accept a connection or to answer a request. */
const TURN_ANSWER_TIMEOUT_MS = 5_000;

/** A request is sent again with what the server's 401 or 438 asks for, at most this often. */
const MAX_ATTEMPTS = 3;

const UNAUTHENTICATED = 401;
const STALE_NONCE = 438;

const TRANSACTION_ID_BYTES = 12;

/** A TCP connection to a TURN server that carries STUN messages: requests with their answers, and indications. */
export class TurnConnection {
  readonly #socket: Socket;
  readonly #credentials: TurnCredentials;
  readonly #reader = new StunStreamReader();
  readonly #waiting = new Map<string, (answer: StunMessage | Error) => void>();
  readonly #onReadable = () => this.#receive();
  #error: Error | undefined;
  /** After the answer to CONNECTION-BIND, bytes of the peer follow. */
  #isBound = false;

  onIndication: (message: StunMessage) => void = () => undefined;
  onClose: (error: Error) => void = () => undefined;

  private constructor(socket: Socket, credentials: TurnCredentials) {
    this.#socket = socket;
    this.#credentials = credentials;
    socket.on("readable", this.#onReadable);
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new TurnError(0, "the TURN server closed the connection")));
  }

  /** @throws TurnError, or the signal's reason */
  static async open(server: TurnAddress, credentials: TurnCredentials, signal: AbortSignal): Promise<TurnConnection> {
    signal.throwIfAborted();
    const limit = AbortSignal.any([signal, AbortSignal.timeout(TURN_ANSWER_TIMEOUT_MS)]);
    const opening = connectSoon({ host: server.address, port: server.port, noDelay: true }, limit);
    const socket = await opening.catch((cause: unknown) => {
      signal.throwIfAborted();
      throw new TurnError(0, `no connection to the TURN server at ${server.address} port ${server.port}`, { cause });
    });
    return new TurnConnection(socket, credentials);
  }

  get localAddress(): string {
    return this.#socket.localAddress ?? "";
  }

  /**
   * Sends a request, signed as far as the server has told how, and gives its success response.
   * @throws TurnError for an error response, and when no response comes in time
   */
  async request(method: number, describe: (builder: StunBuilder) => void): Promise<StunMessage> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#exchange(method, describe);
      if (answer.class === "success") return answer;
      const { code, reason } = answer.error ?? { code: 0, reason: "no reason given" };
      const mayRetry = code === STALE_NONCE || (code === UNAUTHENTICATED && attempt === 1);
      if (attempt < MAX_ATTEMPTS && mayRetry && this.#credentials.learn(answer)) continue;
      throw new TurnError(code, `the TURN server refused: ${code} ${reason}`);
    }
  }

  /**
   * Sends a request that the server will refuse, to learn how the next ones are to be signed.
   * @throws TurnError when no response comes in time
   */
  async greet(method: number, describe: (builder: StunBuilder) => void): Promise<void> {
    this.#credentials.learn(await this.#exchange(method, describe));
  }

  /** The socket itself, with what has arrived after the last message: from now on it carries no STUN. */
  release(): Socket {
    this.#socket.removeAllListeners("error").removeAllListeners("close").removeListener("readable", this.#onReadable);
    const { rest } = this.#reader;
    if (rest.length > 0) this.#socket.unshift(rest);
    return this.#socket;
  }

  close(): void {
    this.#socket.end();
    this.#socket.destroySoon();
  }

  async #exchange(method: number, describe: (builder: StunBuilder) => void): Promise<StunMessage> {
    if (this.#error) throw this.#error;
    const id = randomBytes(TRANSACTION_ID_BYTES);
    const builder = new StunBuilder("request", method, id);
    describe(builder);
    this.#credentials.sign(builder);
    const key = String.fromCharCode(...id);
    const answer = Promise.withResolvers<StunMessage>();
    const timer = setTimeout(
      () => answer.reject(new TurnError(0, "the TURN server did not answer in time")),
      TURN_ANSWER_TIMEOUT_MS,
    );
    this.#waiting.set(key, (outcome) => (outcome instanceof Error ? answer.reject(outcome) : answer.resolve(outcome)));
    this.#socket.write(builder.build());
    try {
      return await answer.promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(key);
    }
  }

  #receive(): void {
    if (this.#isBound) return;
    for (let chunk = this.#socket.read(); chunk !== null; chunk = this.#socket.read()) this.#reader.push(chunk);
    try {
      for (let message = this.#reader.next(); message; message = this.#reader.next()) {
        this.#isBound = message.method === StunMethod.CONNECTION_BIND && message.class === "success";
        this.#dispatch(message);
        if (this.#isBound) return;
      }
    } catch (error) {
      this.#fail(error instanceof Error ? error : new TurnError(0, "unreadable bytes from the TURN server"));
      this.#socket.destroy();
    }
  }

  #dispatch(message: StunMessage): void {
    if (message.class === "indication") this.onIndication(message);
    else this.#waiting.get(message.transactionKey)?.(message);
  }

  #fail(error: Error): void {
    if (this.#error) return;
    this.#error = error;
    for (const settle of this.#waiting.values()) settle(error);
    this.onClose(error);
  }
}
