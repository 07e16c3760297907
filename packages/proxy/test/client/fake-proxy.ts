import { InfoHash, type Value } from "@hashmere/dht/engine";
import { readJson, readValue, valueLine } from "../../src/json/index.ts";

/** A request as the proxy got it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly headers: Headers;
}

type Reply = Response | "refuse" | "hang";

/** A proxy in memory, behind `fetch`: it keeps values, streams them, and fails when it is told to. */
export class FakeProxy {
  readonly requests: SeenRequest[] = [];
  /** Streams that are open, by key. */
  readonly streams = new Map<string, Set<ReadableStreamDefaultController<Uint8Array>>>();
  readonly values = new Map<string, Value[]>();
  nodeId = InfoHash.get("proxy");
  /** Undefined: one that doesn't tell, as OpenDHT's own. */
  instance: string | undefined;
  good = 5;
  dubious = 0;
  isUp = true;
  /** It takes connections, and says nothing on them: a process that is stopped, a machine that has gone. */
  isFrozen = false;
  /** Answers instead of the proxy, as long as it has something to say. */
  override: ((request: SeenRequest) => Reply | undefined) | undefined;

  readonly fetch: typeof fetch = async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const request: SeenRequest = {
      method: init.method ?? "GET",
      path: `${url.origin}${url.pathname}`,
      body: typeof init.body === "string" ? init.body : "",
      headers: new Headers(init.headers),
    };
    init.signal?.throwIfAborted();
    this.requests.push(request);
    const reply = this.#reply(request, url);
    if (reply === "refuse") throw new TypeError("fetch failed");
    if (reply === "hang") return new Promise((_, reject) => onAbort(init.signal, reject));
    return abortable(reply, init.signal);
  };

  /** The requests of one kind, by method and the end of the path. */
  seen(method: string, ending = ""): SeenRequest[] {
    return this.requests.filter((request) => request.method === method && request.path.endsWith(ending));
  }

  put(key: InfoHash, value: Value): void {
    const others = (this.values.get(`${key}`) ?? []).filter(({ id }) => id !== value.id);
    this.values.set(`${key}`, [...others, value]);
    this.write(key, valueLine(value));
  }

  expire(key: InfoHash, value: Value): void {
    this.forget(key, value);
    this.write(key, valueLine(value, true));
  }

  /** The value is gone, and nobody is told. */
  forget(key: InfoHash, value: Value): void {
    this.values.set(
      `${key}`,
      (this.values.get(`${key}`) ?? []).filter(({ id }) => id !== value.id),
    );
  }

  /** Bytes to all who listen at a key. */
  write(key: InfoHash, text: string): void {
    if (this.isFrozen) return;
    for (const stream of this.streams.get(`${key}`) ?? []) stream.enqueue(new TextEncoder().encode(text));
  }

  /** Ends all streams, properly or as a crash does. */
  cut(error?: Error): void {
    for (const streams of this.streams.values()) {
      for (const stream of streams) {
        if (error) stream.error(error);
        else stream.close();
      }
      streams.clear();
    }
  }

  crash(): void {
    this.isUp = false;
    this.cut(new TypeError("terminated"));
  }

  #reply(request: SeenRequest, url: URL): Reply {
    if (!this.isUp) return "refuse";
    if (this.isFrozen) return "hang";
    const other = this.override?.(request);
    if (other) return other;
    const [, , key = "", listen] = url.pathname.split("/");
    if (url.pathname === "/") return new Response(`${JSON.stringify(this.#info())}\n`);
    if (listen === "listen") return new Response(this.#stream(key));
    switch (request.method) {
      case "GET":
        return new Response(this.#lines(key));
      case "POST": {
        const value = readValue(readJson(request.body));
        this.put(InfoHash.fromHex(key), value);
        return new Response(valueLine(value));
      }
      case "SUBSCRIBE":
      case "UNSUBSCRIBE":
        return new Response("{}\n");
      default:
        return new Response(null, { status: 501 });
    }
  }

  #info(): object {
    return {
      node_id: `${this.nodeId}`,
      ...(this.instance !== undefined && { instance: this.instance }),
      ipv4: { good: this.good, dubious: this.dubious },
      ipv6: {},
      ops: 0,
      public_ip: "::ffff:127.0.0.1",
    };
  }

  #lines(key: string): string {
    return (this.values.get(key) ?? []).map((value) => valueLine(value)).join("");
  }

  #stream(key: string): ReadableStream<Uint8Array> {
    const streams = this.streams.get(key) ?? new Set();
    this.streams.set(key, streams);
    let own: ReadableStreamDefaultController<Uint8Array>;
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        own = controller;
        streams.add(controller);
        const lines = this.#lines(key);
        if (lines) controller.enqueue(new TextEncoder().encode(lines));
      },
      cancel: () => void streams.delete(own),
    });
  }
}

/** As `fetch` does it: an abort ends the body too. */
function abortable(response: Response, signal: AbortSignal | null | undefined): Response {
  if (!response.body || !signal) return response;
  const reader = response.body.getReader();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) =>
      onAbort(signal, (reason) => {
        void reader.cancel(reason).catch(() => {});
        try {
          controller.error(reason);
        } catch {} // it is over already
      }),
    pull: async (controller) => {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return new Response(body, { status: response.status, headers: response.headers });
}

function onAbort(signal: AbortSignal | null | undefined, tell: (reason: unknown) => void): void {
  signal?.addEventListener("abort", () => tell(signal.reason), { once: true });
}
