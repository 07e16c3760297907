import { connect, type Socket } from "node:net";

/** A response as it came over the wire. */
export interface RawResponse {
  /** 0 when the connection was closed without one. */
  readonly status: number;
  readonly statusLine: string;
  /** In the order of the wire. */
  readonly headers: readonly (readonly [string, string])[];
  /** Of a chunked body, without the last one, which is empty. */
  readonly chunks: readonly string[];
  readonly body: string;
  /** Whether the end of the body was seen. */
  readonly isComplete: boolean;
}

export interface RawRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: readonly (readonly [string, string])[] | undefined;
  readonly body?: string | null | undefined;
  /** Default 1.1. */
  readonly version?: "1.0" | "1.1" | undefined;
}

/** Sends a request as it is and reads until the response is complete, the connection ends, or `until` is content. */
export function rawExchange(
  port: number,
  request: RawRequest | string,
  until: (soFar: RawResponse) => boolean = () => false,
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let received = "";
    const finish = (response: RawResponse) => {
      socket.destroy();
      resolve(response);
    };
    socket.setEncoding("latin1");
    socket.on("data", (text) => {
      received += text;
      const response = parseResponse(received, typeof request !== "string" && request.method === "HEAD");
      if (response.isComplete || until(response)) finish(response);
    });
    socket.on("end", () => finish(parseResponse(received)));
    socket.on("error", (error) => (received === "" ? finish(parseResponse("")) : reject(error)));
    socket.write(typeof request === "string" ? request : formatRequest(request));
  });
}

/** A connection on which a test says what it likes. */
export function rawConnection(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => resolve(socket));
    socket.setEncoding("latin1");
    socket.once("error", reject);
  });
}

function formatRequest({ method, url, headers = [], body, version = "1.1" }: RawRequest): string {
  const lines = headers.filter(([name]) => name !== "Content-Length").map(([name, value]) => `${name}: ${value}`);
  if (!headers.some(([name]) => name === "Host")) lines.unshift("Host: localhost");
  if (body !== undefined && body !== null) lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
  return `${method} ${url} HTTP/${version}\r\n${lines.join("\r\n")}\r\n\r\n${body ?? ""}`;
}

export function parseResponse(text: string, isHead = false): RawResponse {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return { status: 0, statusLine: "", headers: [], chunks: [], body: "", isComplete: false };
  const [statusLine = "", ...lines] = text.slice(0, end).split("\r\n");
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(": ");
    return [line.slice(0, colon), line.slice(colon + 2)];
  });
  const status = Number(statusLine.split(" ")[1]);
  const rest = text.slice(end + 4);
  const head = { status, statusLine, headers };
  if (headers.some(([name]) => name === "Transfer-Encoding")) return { ...head, ...parseChunks(rest) };
  const length = Number(headers.find(([name]) => name === "Content-Length")?.[1] ?? 0);
  const body = Buffer.from(rest.slice(0, length), "latin1").toString();
  return { ...head, chunks: [], body, isComplete: isHead || rest.length >= length };
}

function parseChunks(text: string): { chunks: string[]; body: string; isComplete: boolean } {
  const chunks: string[] = [];
  let at = 0;
  for (;;) {
    const line = text.indexOf("\r\n", at);
    const length = line < 0 ? Number.NaN : Number.parseInt(text.slice(at, line), 16);
    const isWhole = text.length >= line + 2 + length + 2;
    if (Number.isNaN(length) || !isWhole || length === 0)
      return { chunks, body: chunks.join(""), isComplete: length === 0 && isWhole };
    chunks.push(text.slice(line + 2, line + 2 + length));
    at = line + 2 + length + 2;
  }
}
