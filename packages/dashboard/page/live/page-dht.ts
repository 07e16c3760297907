import { InfoHash, MAX_VALUE_BYTES, ProxyClient, Value } from "@hashmere/proxy/client";
import { accessToken } from "./access.ts";
import { textOf } from "./value-text.ts";

/** A value as the page shows it. */
export interface ShownValue {
  readonly id: string;
  readonly text: string;
}

/** A value that the page listens to appeared, or is gone. */
export interface ShownChange extends ShownValue {
  readonly expired: boolean;
}

/** The server didn't do what was asked. Its message is for the page's reader. */
export class RequestError extends Error {}

const ID = /^[0-9a-f]{40}$/i;

/** What the page asks of its server. A key is an id in hexadecimal, or any text, which stands for its hash. */
export class PageDht {
  readonly #base: URL;
  readonly #client: Promise<ProxyClient>;
  readonly #authorization: string | undefined;

  /** @param page where the page comes from: the folder `dashboard` of a proxy */
  constructor(page: URL) {
    this.#base = new URL("..", page);
    const token = accessToken();
    this.#authorization = token === undefined ? undefined : `Bearer ${token}`;
    this.#client = ProxyClient.open({ url: this.#base, authorization: this.#authorization });
  }

  get eventsUrl(): string {
    return new URL("dashboard/events", this.#base).href;
  }

  /** What each request says about who asks. */
  get headers(): Readonly<Record<string, string>> {
    return this.#authorization === undefined ? {} : { authorization: this.#authorization };
  }

  /** Begins a lookup whose steps arrive as events; resolves to its name there and the key in hex. */
  async lookUp(key: string): Promise<{ readonly lookup: string; readonly key: string }> {
    const url = new URL("dashboard/lookup", this.#base);
    const request = { method: "POST", headers: this.headers, body: JSON.stringify({ key }) };
    const response = await fetch(url, request).catch((cause: unknown) => {
      throw new RequestError("the server does not answer", { cause });
    });
    if (response.status === 413) throw new RequestError("the key is too long for the server");
    if (!response.ok) throw new RequestError(`the server answers ${response.status}`);
    return response.json();
  }

  /** Resolves when nodes have stored the value. */
  async put(key: string, text: string): Promise<void> {
    const client = await this.#client;
    const value = new Value({ data: new TextEncoder().encode(text) });
    if (value.size > MAX_VALUE_BYTES) {
      const limit = MAX_VALUE_BYTES.toLocaleString("en");
      throw new RequestError(
        `the value takes ${value.size.toLocaleString("en")} bytes, and a node keeps ${limit} at most`,
      );
    }
    const { ok, error } = await client.put(keyOf(key), value);
    if (!ok) throw new RequestError(error?.message ?? "nobody stored it");
  }

  /** Values under a key as they are found; ends when everybody was asked. */
  async *get(key: string, signal: AbortSignal): AsyncGenerator<ShownValue> {
    const client = await this.#client;
    for await (const value of client.get(keyOf(key), { signal })) yield shown(value);
  }

  /** Values under a key, those to come too, until the signal aborts; it survives absences of the server. */
  async *listen(key: string, signal: AbortSignal): AsyncGenerator<ShownChange> {
    const client = await this.#client;
    for await (const { value, expired } of client.listen(keyOf(key), { signal })) yield { ...shown(value), expired };
  }
}

function keyOf(key: string): InfoHash {
  const id = ID.test(key) ? InfoHash.fromHex(key) : InfoHash.get(key);
  if (id.isZero()) throw new RequestError("nothing is kept under the key of zeros");
  return id;
}

function shown(value: Value): ShownValue {
  return { id: `${value.id}`, text: value.isEncrypted() ? "(encrypted)" : textOf(value.data) };
}
