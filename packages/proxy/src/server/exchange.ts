import type { IncomingMessage, ServerResponse } from "node:http";
import type { InfoHash } from "@hashmere/dht/engine";
import { type Json, jsonLine, readJson, type Writable } from "../json/index.ts";
import type { ClientAccount } from "./client-account.ts";
import { overloaded, tooMany } from "./http-error.ts";
import { keyInPath } from "./key-in-path.ts";
import { MAX_HEARTBEAT_S, MIN_HEARTBEAT_S } from "./limits.ts";
import { LineStream } from "./line-stream.ts";
import type { ProxyService } from "./proxy-service.ts";
import { respond } from "./respond.ts";
import type { Share } from "./shares.ts";

const HEARTBEAT = /[?&]heartbeat=(\d{1,4})(?:&|$)/;

/** One request and its response. */
export class Exchange {
  readonly service: ProxyService;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The request's body as text; empty without one. */
  readonly body: string;
  readonly #parameters: Readonly<Record<string, string>>;
  #account: ClientAccount | undefined;

  constructor(
    service: ProxyService,
    request: IncomingMessage,
    response: ServerResponse,
    parameters: Readonly<Record<string, string>>,
    body: string,
  ) {
    this.service = service;
    this.request = request;
    this.response = response;
    this.#parameters = parameters;
    this.body = body;
  }

  /** A part of the path, decoded. */
  parameter(name: string): string {
    return this.#parameters[name] ?? "";
  }

  get key(): InfoHash {
    return keyInPath(this.parameter("hash"));
  }

  get account(): ClientAccount {
    this.#account ??= this.service.ledger.of(this.request);
    return this.#account;
  }

  /** @throws HttpError 503 when all clients together have as many as there may be, 429 when this one has */
  mustHaveLeft(share: Share): void {
    const { ledger } = this.service;
    if (ledger.isFull(share)) throw overloaded(share);
    if (ledger.hasAll(this.account, share)) throw tooMany(share);
  }

  /** Counts one more for the client, until what it returns is called. @throws HttpError as `mustHaveLeft` */
  take(share: Share): () => void {
    this.mustHaveLeft(share);
    const { account, service } = this;
    service.ledger.take(account, share);
    return () => service.ledger.giveBack(account, share);
  }

  /** @throws JsonSyntaxError */
  json(): Json {
    return readJson(this.body);
  }

  /** Whether the client wants a stream of server-sent events, or a page. */
  accepts(type: "text/event-stream" | "text/html"): boolean {
    return this.request.headers.accept?.includes(type) === true;
  }

  answer(json: Writable): void {
    respond(this.response, 200, jsonLine(json));
  }

  /** @param line ASCII */
  answerText(line: string, headers: readonly string[] = []): void {
    respond(this.response, 200, line, headers);
  }

  /** @param options `format`: default is what the client accepts; `mayBeat`: a heartbeat is sent if it asks for one */
  openStream({
    isShort,
    mayBeat = false,
    format,
  }: {
    isShort?: boolean;
    mayBeat?: boolean;
    format?: "events";
  } = {}): LineStream {
    const [, seconds] = (mayBeat && HEARTBEAT.exec(this.request.url ?? "")) || [];
    return new LineStream(this.response, {
      scheduler: this.service.scheduler,
      maxBytes: this.service.limits.maxStreamBytes,
      slowReaders: this.service.slowReaders,
      account: this.account,
      isShort,
      format: format ?? (this.accepts("text/event-stream") ? "events" : "lines"),
      heartbeatMs:
        seconds === undefined
          ? undefined
          : Math.min(Math.max(Number(seconds), MIN_HEARTBEAT_S), MAX_HEARTBEAT_S) * 1000,
    });
  }
}
