import { base64Of, bytesOfBase64, textOf } from "./value-text.ts";

/** A value as the page shows it. */
export interface ShownValue {
  readonly id: string;
  readonly text: string;
  readonly expired: boolean;
}

/** The server didn't do what was asked. */
export class RequestError extends Error {}

/** What the page asks of its server. Keys are hashed by the server unless they are 40 hexadecimal digits. */
export class DhtOverHttp {
  readonly #base: URL;

  /** @param page where the page comes from: the folder `dashboard` of a proxy */
  constructor(page: URL) {
    this.#base = new URL("..", page);
  }

  get eventsUrl(): string {
    return new URL("dashboard/events", this.#base).href;
  }

  /** Begins a lookup whose steps arrive as events; resolves to its name there and the key in hex. */
  async lookUp(key: string): Promise<{ readonly lookup: string; readonly key: string }> {
    const response = await this.#request("dashboard/lookup", post({ key }));
    return response.json();
  }

  /** Resolves when the first nodes have stored the value. */
  async put(key: string, text: string): Promise<void> {
    await this.#request(keyPath(key), post({ data: base64Of(text) }));
  }

  /** Values under a key as they are found; ends when everybody was asked. */
  get(key: string, signal: AbortSignal): AsyncGenerator<ShownValue> {
    return this.#values(keyPath(key), signal);
  }

  /** Values under a key, those to come too, until the signal aborts. */
  listen(key: string, signal: AbortSignal): AsyncGenerator<ShownValue> {
    return this.#values(`${keyPath(key)}/listen`, signal);
  }

  async *#values(path: string, signal: AbortSignal): AsyncGenerator<ShownValue> {
    const { body } = await this.#request(path, { signal });
    if (body === null) return;
    let rest = "";
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const lines = (rest + next.value).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line.trim() !== "") yield readValue(line);
    }
  }

  async #request(path: string, init: RequestInit): Promise<Response> {
    const response = await fetch(new URL(path, this.#base), init);
    if (response.ok) return response;
    throw new RequestError(response.status === 502 ? "nobody stored it" : `the server answers ${response.status}`);
  }
}

function keyPath(key: string): string {
  return `key/${encodeURIComponent(key)}`;
}

function post(body: unknown): RequestInit {
  return { method: "POST", body: JSON.stringify(body) };
}

function readValue(line: string): ShownValue {
  const { id, data, expired } = JSON.parse(line);
  return {
    id: String(id),
    text: data === undefined ? "(encrypted)" : textOf(bytesOfBase64(data)),
    expired: expired === true,
  };
}
